"""What the names of tracked files say: community files, CI, manifests, locks, vendored code.

Only paths are seen here, so only what a path proves is said; what would take the content of a file
to know is left out rather than guessed. In particular:

- `unlocked` names a manifest only where its ecosystem keeps a lockfile in version control for
  applications and libraries alike, or where the path proves an application;
- a `pyproject.toml`, `requirements.txt` or `Chart.yaml` may rightly have no lock; a `go.mod`
  without dependencies has no `go.sum`; a Terraform module has no lock of its own, nor
  has a Ruby gem (a `.gemspec` beside the `Gemfile`);
- a member of a workspace is locked by the lockfile in a folder above it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from posixpath import basename

from opsroom.model.snapshot import Files, LargeFile

COMMUNITY_FOLDERS = frozenset({"", ".github", "docs", ".gitlab", ".forgejo", ".gitea"})

UPDATE_BOTS = frozenset(
    {
        ".github/dependabot.yml",
        ".github/dependabot.yaml",
        "renovate.json",
        "renovate.json5",
        "renovate.jsonc",
        ".renovaterc",
        ".renovaterc.json",
        ".renovaterc.json5",
        ".renovaterc.jsonc",
        ".github/renovate.json",
        ".github/renovate.json5",
        ".github/renovate.jsonc",
        ".gitlab/renovate.json",
        ".gitlab/renovate.json5",
        ".gitlab/renovate.jsonc",
        ".forgejo/renovate.json",
        ".gitea/renovate.json",
        ".pyup.yml",
        ".scala-steward.conf",
        "updatecli.yaml",
    }
)

CI_FILES = frozenset(
    {
        ".gitlab-ci.yml",
        ".gitlab-ci.yaml",
        "jenkinsfile",
        ".circleci/config.yml",
        ".circleci/config.yaml",
        "azure-pipelines.yml",
        "azure-pipelines.yaml",
        ".azure-pipelines.yml",
        ".woodpecker.yml",
        ".woodpecker.yaml",
        ".drone.yml",
        ".drone.yaml",
        ".drone.star",
        ".drone.jsonnet",
        "bitbucket-pipelines.yml",
        ".travis.yml",
        ".cirrus.yml",
        ".cirrus.star",
        ".appveyor.yml",
        "appveyor.yml",
        ".semaphore/semaphore.yml",
        ".buildkite/pipeline.yml",
        ".buildkite/pipeline.yaml",
        ".build.yml",
        "buildspec.yml",
        "cloudbuild.yaml",
        "cloudbuild.yml",
        "wercker.yml",
        "codemagic.yaml",
        ".ci/run",
    }
)
CI_FOLDERS = frozenset(
    {".github/workflows", ".forgejo/workflows", ".gitea/workflows", ".woodpecker", ".builds"}
)
YAML = (".yml", ".yaml")

LOCKS: dict[str, frozenset[str]] = {
    "package.json": frozenset(
        {
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
            "deno.lock",
        }
    ),
    "pipfile": frozenset({"pipfile.lock"}),
    "cargo.toml": frozenset({"cargo.lock"}),
    "composer.json": frozenset({"composer.lock"}),
    "gemfile": frozenset({"gemfile.lock"}),
    "mix.exs": frozenset({"mix.lock"}),
}
"""Manifest (lower case) to the lockfiles that would lock it, beside it or in a folder above."""

APPLICATIONS = {
    "cargo.toml": ("src/main.rs",),
    "composer.json": ("artisan", "bin/console", "public/index.php", "web/index.php"),
}
"""Where libraries may leave the lock out: the files beside it that prove an application."""

LOCK_NAMES = frozenset(lock for locks in LOCKS.values() for lock in locks)

MANIFESTS = frozenset(LOCKS) | {
    "build.gradle",
    "build.gradle.kts",
    "chart.yaml",
    "deno.json",
    "go.mod",
    "packages.config",
    "pom.xml",
    "pubspec.yaml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
}

NOT_OURS = frozenset(
    {
        "node_modules",
        "bower_components",
        "vendor",
        "third_party",
        "testdata",
        "test",
        "tests",
        "__tests__",
        "fixtures",
        "__fixtures__",
        "examples",
        "example",
        "templates",
        "template",
    }
)
"""Folders whose manifests are other people's, or samples: never asked for a lock."""

VENDORED_ANYWHERE = frozenset({"node_modules", "bower_components", "__pypackages__", ".venv"})
LISTED = 1000
"""Manifests, CI files and vendored folders that are named; more would say nothing new."""


def classify(
    paths: Sequence[str],
    *,
    at: datetime,
    source: str,
    submodules: Iterable[str] = (),
    large: Iterable[tuple[str, int]] = (),
) -> Files:
    """The facts that `paths` (tracked, relative to the top, `/` between folders) hold.

    In a list that stops at some folders these end with a slash, and become `unlisted`.
    """
    community: dict[str, str] = {}
    ci: list[str] = []
    manifests: list[str] = []
    locks: dict[str, set[str]] = {}
    vendored: set[str] = set()
    gems: set[str] = set()
    folders: list[str] = []
    for path in paths:
        folder, _, name = path.rpartition("/")
        lowered = name.lower()
        if not name:
            folders.append(path)
        if folder.count("/") < 2:
            _near_the_top(path, folder, lowered, community, ci)
        if folder and (top := _vendored(folder, lowered)):
            vendored.add(top)
        elif lowered in MANIFESTS:
            manifests.append(path)
        elif lowered in LOCK_NAMES:
            locks.setdefault(lowered, set()).add(folder)
        elif lowered.endswith(".gemspec"):
            gems.add(folder)
    inside = tuple(f"{folder}/" for folder in vendored)
    manifests = sorted(path for path in manifests if not path.startswith(inside))
    unlocked = [path for path in manifests if _is_unlocked(path, locks, gems)]
    if any(basename(path).lower() in APPLICATIONS for path in unlocked):
        known = frozenset(paths)
        unlocked = [path for path in unlocked if _is_application(path, known)]
    return Files(
        at=at,
        source=source,
        count=len(paths) - len(folders),
        readme=community.get("readme"),
        license=community.get("license"),
        gitignore=community.get("gitignore"),
        security_policy=community.get("security"),
        codeowners=community.get("codeowners"),
        update_bot=community.get("bot"),
        ci=tuple(sorted(ci)[:LISTED]),
        manifests=tuple(manifests[:LISTED]),
        unlocked=tuple(unlocked)[:LISTED],
        large=tuple(
            LargeFile(path=path, size=size)
            for path, size in sorted(large, key=lambda item: (-item[1], item[0]))[:LISTED]
        ),
        vendored=tuple(sorted(vendored)[:LISTED]),
        submodules=tuple(sorted(submodules)[:LISTED]),
        unlisted=_unlisted(folders, paths),
    )


def _unlisted(folders: Sequence[str], paths: Sequence[str]) -> tuple[str, ...]:
    """The folders of which nothing that lies in them is listed."""
    if not folders:
        return ()
    looked_into = {f"{path.rstrip('/').rpartition('/')[0]}/" for path in paths}
    return tuple(sorted(folder for folder in folders if folder not in looked_into)[:LISTED])


def _near_the_top(
    path: str, folder: str, name: str, community: dict[str, str], ci: list[str]
) -> None:
    lowered = path.lower()
    if folder == "LICENSES":
        community.setdefault("license", path)
    elif folder in COMMUNITY_FOLDERS and (kind := _community(folder, name)):
        known = community.get(kind)
        if known is None or (path.count("/"), path) < (known.count("/"), known):
            community[kind] = path
    if lowered in UPDATE_BOTS:
        community.setdefault("bot", path)
    elif lowered in CI_FILES or (folder.lower() in CI_FOLDERS and name.endswith(YAML)):
        ci.append(path)


def _community(folder: str, name: str) -> str | None:
    """The kind of community file; the folders are those in which hosts look for them."""
    stem = name.partition(".")[0]
    if stem == "readme":
        return "readme"
    if stem == "security" and name != "security.txt" and not name.endswith((".py", ".js", ".ts")):
        return "security"
    if name == "codeowners":
        return "codeowners"
    if folder:
        return None
    if name == ".gitignore":
        return "gitignore"
    if fnmatchcase(name, "licen[sc]e*") or stem in ("copying", "unlicense", "licenses"):
        return "license"
    return None


def _vendored(folder: str, name: str) -> str | None:
    """The folder of installed dependencies that `folder/name` lies in, or None."""
    if name == "pyvenv.cfg":
        return folder
    if "vendor/" in folder:
        bundle = f"{folder}/".find("vendor/bundle/")
        if bundle == 0 or (bundle > 0 and folder[bundle - 1] == "/"):
            return folder[: bundle + len("vendor/bundle")]
    for part in VENDORED_ANYWHERE:
        if part in folder:
            parts = folder.split("/")
            if part in parts:
                return "/".join(parts[: parts.index(part) + 1])
    return None


def _is_unlocked(path: str, locks: dict[str, set[str]], gems: set[str]) -> bool:
    folder, _, _ = path.rpartition("/")
    name = basename(path).lower()
    if name not in LOCKS or (name == "gemfile" and folder in gems):
        return False
    parts = folder.split("/") if folder else []
    if not NOT_OURS.isdisjoint(part.lower() for part in parts):
        return False
    above = ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]
    return not any(place in locks.get(lock, ()) for lock in LOCKS[name] for place in above)


def _is_application(path: str, known: frozenset[str]) -> bool:
    folder, slash, name = path.rpartition("/")
    proofs = APPLICATIONS.get(name.lower())
    return proofs is None or any(folder + slash + proof in known for proof in proofs)
