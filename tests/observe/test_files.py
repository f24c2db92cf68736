import time
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from opsroom.model.snapshot import Files
from opsroom.observe.files import classify

AT = datetime(2026, 1, 1, tzinfo=UTC)


def seen(*paths: str, large: Iterable[tuple[str, int]] = ()) -> Files:
    return classify(paths, at=AT, source="git", large=large)


@pytest.mark.parametrize(
    "path",
    ["README", "README.md", "readme.rst", "Readme.de.md", ".github/README.md", "docs/readme.md"],
)
def test_readme(path: str) -> None:
    assert seen(path).readme == path


@pytest.mark.parametrize("path", ["src/README.md", "READMES/x", "myreadme.md"])
def test_no_readme(path: str) -> None:
    assert seen(path).readme is None


def test_the_readme_at_the_top_comes_first() -> None:
    assert seen("docs/README.md", "README.md", ".github/README.md").readme == "README.md"


@pytest.mark.parametrize(
    "path", ["LICENSE", "LICENCE.txt", "license-mit", "COPYING", "UNLICENSE", "LICENSES/MIT.txt"]
)
def test_license(path: str) -> None:
    assert seen(path).license == path


def test_no_license() -> None:
    assert seen("src/LICENSE", "vendor/x/LICENSE", "docs/license.md").license is None


def test_gitignore_only_at_the_top() -> None:
    assert seen(".gitignore").gitignore == ".gitignore"
    assert seen("src/.gitignore", ".github/.gitignore").gitignore is None


@pytest.mark.parametrize(
    "path", ["SECURITY.md", ".github/SECURITY.md", "docs/security.rst", "SECURITY"]
)
def test_security_policy(path: str) -> None:
    assert seen(path).security_policy == path


@pytest.mark.parametrize("path", ["security.py", "src/SECURITY.md", "docs/security/x.md"])
def test_no_security_policy(path: str) -> None:
    assert seen(path).security_policy is None


@pytest.mark.parametrize("folder", ["", ".github/", "docs/", ".gitlab/"])
def test_codeowners(folder: str) -> None:
    assert seen(f"{folder}CODEOWNERS").codeowners == f"{folder}CODEOWNERS"


@pytest.mark.parametrize(
    "path",
    [".github/dependabot.yml", ".github/dependabot.yaml", "renovate.json", ".renovaterc.json5",
     ".github/renovate.json5", ".gitlab/renovate.json", "renovate.jsonc"],
)  # fmt: skip
def test_update_bot(path: str) -> None:
    assert seen(path).update_bot == path


@pytest.mark.parametrize(
    "path",
    [".github/workflows/ci.yml", ".github/workflows/x.yaml", ".gitlab-ci.yml", "Jenkinsfile",
     ".circleci/config.yml", "azure-pipelines.yml", ".woodpecker.yml", ".woodpecker/build.yaml",
     ".drone.yml", ".forgejo/workflows/a.yml", ".gitea/workflows/a.yaml",
     "bitbucket-pipelines.yml"],
)  # fmt: skip
def test_ci(path: str) -> None:
    assert seen(path).ci == (path,)


@pytest.mark.parametrize(
    "path",
    [".github/workflows/README.md", ".github/workflows/lib/x.yml", "x/.github/workflows/a.yml",
     "docs/Jenkinsfile", ".github/dependabot.yml"],
)  # fmt: skip
def test_no_ci(path: str) -> None:
    assert seen(path).ci == ()


@pytest.mark.parametrize(
    ("manifest", "lock"),
    [
        ("package.json", "package-lock.json"),
        ("package.json", "yarn.lock"),
        ("package.json", "pnpm-lock.yaml"),
        ("package.json", "bun.lock"),
        ("package.json", "bun.lockb"),
        ("package.json", "npm-shrinkwrap.json"),
        ("Pipfile", "Pipfile.lock"),
        ("Gemfile", "Gemfile.lock"),
        ("mix.exs", "mix.lock"),
    ],
)
def test_a_manifest_and_its_lock(manifest: str, lock: str) -> None:
    assert seen(manifest).unlocked == (manifest,)
    assert seen(manifest, lock).unlocked == ()
    assert seen(manifest, lock).manifests == (manifest,)
    assert seen(f"web/{manifest}", f"web/{lock}").unlocked == ()
    assert seen(f"web/{manifest}", lock).unlocked == ()
    assert seen(f"web/{manifest}", f"api/{lock}").unlocked == (f"web/{manifest}",)


def test_a_lock_in_a_sub_folder_does_not_lock_what_is_above() -> None:
    assert seen("package.json", "web/package-lock.json").unlocked == ("package.json",)


@pytest.mark.parametrize(
    "paths",
    [
        ("pyproject.toml",),
        ("requirements.txt",),
        ("go.mod",),
        ("Chart.yaml",),
        ("Cargo.toml", "src/lib.rs"),
        ("composer.json", "src/Library.php"),
        ("Gemfile", "thing.gemspec"),
        ("tests/fixtures/package.json",),
        ("examples/a/package.json",),
        ("main.tf",),
    ],
)
def test_what_may_rightly_have_no_lock(paths: tuple[str, ...]) -> None:
    assert seen(*paths).unlocked == ()


@pytest.mark.parametrize(
    "paths", [("Cargo.toml", "src/main.rs"), ("app/composer.json", "app/public/index.php")]
)
def test_an_application_must_have_a_lock(paths: tuple[str, ...]) -> None:
    assert seen(*paths).unlocked == (paths[0],)


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("node_modules/x/package.json", "node_modules"),
        ("web/node_modules/a/node_modules/b/i.js", "web/node_modules"),
        ("venv/pyvenv.cfg", "venv"),
        (".venv/lib/x.py", ".venv"),
        ("bower_components/x/x.js", "bower_components"),
        ("vendor/bundle/ruby/x.rb", "vendor/bundle"),
        ("api/vendor/bundle/x.rb", "api/vendor/bundle"),
        ("__pypackages__/3.11/x.py", "__pypackages__"),
    ],
)
def test_vendored(path: str, folder: str) -> None:
    found = seen(path)
    assert (found.vendored, found.manifests, found.unlocked) == ((folder,), (), ())


@pytest.mark.parametrize(
    "path",
    ["vendor/modules.txt", "vendor/github.com/x/y.go", "my_node_modules/x.js", "pyvenv.cfg",
     "docs/node_modules.md", "myvendor/bundle/x.rb", "venv/lib/x.py"],
)  # fmt: skip
def test_not_vendored(path: str) -> None:
    assert seen(path).vendored == ()


def test_large_files_the_largest_first() -> None:
    found = seen("a", "b", large=[("a", 5), ("b", 9)])
    assert [(file.path, file.size) for file in found.large] == [("b", 9), ("a", 5)]


def test_a_hundred_thousand_paths() -> None:
    paths = [f"src/package{n % 500}/module{n % 50}/file{n}.py" for n in range(98_000)]
    paths += [f"packages/p{n}/package.json" for n in range(2_000)] + ["package-lock.json"]
    started = time.perf_counter()
    found = classify(paths, at=AT, source="git")
    took = time.perf_counter() - started
    assert (found.count, found.unlocked) == (100_001, ())
    assert took < 2


def test_a_list_that_stops_at_folders_says_which() -> None:
    found = seen("README.md", "src/", ".github/", ".github/workflows/", ".github/workflows/ci.yml")
    assert found.unlisted == ("src/",)
    assert (found.count, found.ci) == (2, (".github/workflows/ci.yml",))


def test_the_name_of_a_folder_alone_can_tell() -> None:
    found = seen("node_modules/", "LICENSES/", "package.json")
    assert found.vendored == ("node_modules",)
    assert found.license == "LICENSES/"
    assert found.unlisted == ("LICENSES/", "node_modules/")


def test_a_whole_list_leaves_nothing_out() -> None:
    assert seen("README.md", "src/main.py").unlisted == ()
