"""A true and a false example of every rule about threats: two looks, and whether it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from opsroom.model.package import Package, Published
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.threat import Scene, Workflow

LOCK = "package-lock.json"
CI = ".github/workflows/ci.yml"
OLD, NEW = "1" * 40, "2" * 40
INTERNAL = "pkg:npm/%40acme/billing"
MIRROR = "registry:https://packages.example.org/"


@dataclass(frozen=True)
class Example:
    """Two looks; `says` is a part of the message, or empty where the rule is silent."""

    what: str
    now: Scene
    before: Scene | None
    says: str = ""
    severity: Severity | None = None


def scene(**facts: Any) -> Scene:
    return replace(Scene(commit=NEW, default_branch="main"), **facts)


def npm(*packages: Package, path: str = LOCK) -> tuple[tuple[str, Package], ...]:
    return tuple((path, package) for package in packages)


def package(name: str, version: str = "1.0.0", origin: str = "") -> Package:
    return Package(f"pkg:npm/{name}", version, origin=origin, line=7)


def workflow(*triggers: str, secrets: tuple[str, ...] = (), checkout: bool = False) -> Workflow:
    return Workflow(
        path=CI,
        triggers=frozenset(triggers),
        secrets=frozenset(secrets),
        runs_proposal=checkout,
        lines=(("secret:NPM_TOKEN", 12), ("checkout", 9), ("on:pull_request_target", 3)),
    )


def secret(kind: str, severity: Severity, commit: str = "", anchor: str = "a1") -> Hit:
    return Hit(
        rule="leaked-secret",
        severity=severity,
        message=f"{kind} in a file of today",
        anchor=anchor,
        path="deploy.sh",
        line=3,
        commit=commit,
    )


EMPTY = scene()
MISTYPED = replace(package("acme-bilings"), direct=True)
BILLING = package("%40acme/billing")
INSIDE = frozenset({INTERNAL})
WITH_LODASH = scene(packages=npm(package("lodash")))
CLEAN = scene(workflows=(workflow("push", secrets=("GITHUB_TOKEN",)),))
RENAMED = replace(workflow("push", secrets=("NPM_TOKEN",)), path=".github/workflows/release.yml")
GITHUB = secret("github-pat", Severity.CRITICAL)

CONFUSION = (
    Example(
        "an internal name from the public registry",
        scene(packages=npm(BILLING), internal=INSIDE),
        None,
        "pkg:npm/@acme/billing is internal here",
        Severity.HIGH,
    ),
    Example(
        "beside others of a private registry, in a lock that doesn't always tell",
        scene(
            packages=npm(BILLING, package("%40acme/ui", origin=MIRROR), path="yarn.lock"),
            internal=INSIDE,
        ),
        EMPTY,
        "beside others of a registry of your own",
    ),
    Example(
        "an internal name from the private registry",
        scene(packages=npm(package("%40acme/billing", origin=MIRROR)), internal=INSIDE),
        None,
    ),
    Example(
        "a lock that doesn't tell where anything is from",
        scene(packages=npm(BILLING, path="yarn.lock"), internal=INSIDE),
        None,
    ),
    Example(
        "the repository's own workspace",
        scene(
            packages=npm(BILLING),
            internal=INSIDE,
            publishes=(("package.json", Published(INTERNAL, private=True)),),
        ),
        None,
    ),
    Example("a name that the fleet gives to everybody", scene(packages=npm(BILLING)), None),
    Example(
        "a range, which no lockfile has resolved",
        scene(packages=npm(Package(INTERNAL, constraint="^1.0.0")), internal=INSIDE),
        None,
    ),
)

CLAIMED = scene(
    publishes=(("package.json", Published("pkg:npm/left-pads", line=2)),),
    taken=frozenset({"pkg:npm/left-pads", "pkg:npm/lodash", "pkg:npm/@acme/ui"}),
    names=frozenset({"kim/toolbox"}),
)


def claimed(purl: str = "pkg:npm/left-pads", path: str = "package.json", **said: Any) -> Scene:
    return replace(CLAIMED, publishes=((path, Published(purl, **said)),))


CLAIMS = (
    Example(
        "a name that others have from the public registry",
        CLAIMED,
        None,
        "claims npm/left-pads, which others of the fleet take from the public registry",
        Severity.MEDIUM,
    ),
    Example(
        "a name that everybody knows",
        replace(claimed("pkg:npm/lodash"), names=frozenset({"lodash/toolbox"})),
        CLAIMED,
        "claims the well-known name npm/lodash",
        Severity.HIGH,
    ),
    Example("its manifest says its home", claimed(home="git+https://a.b/kim/toolbox"), None),
    Example("its manifest says that it is a copy", claimed(home="git+https://a.b/c/d"), None),
    Example("its address is its name", replace(CLAIMED, names=frozenset({"kim/left-pads"})), None),
    Example("the name has its owner", replace(CLAIMED, names=frozenset({"pads/left"})), None),
    Example("a scope of its owner", replace(claimed("pkg:npm/%40acme/ui"),
            names=frozenset({"acme/toolbox"})), None),
    Example("it is private", claimed(private=True), None),
    Example("a fork", replace(CLAIMED, fork=True), None),
    Example("a copy", claimed(path="node_modules/left-pads/package.json"), None),
    Example("an example", claimed(path="examples/app/package.json"), None),
    Example("a template", claimed(path="templates/app/package.json"), None),
    Example("nobody takes it from there", replace(CLAIMED, taken=frozenset()), None),
    Example("nobody can claim an image", claimed("pkg:docker/left-pads"), None),
)  # fmt: skip

SQUATS = (
    Example(
        "two letters swapped",
        scene(packages=npm(package("lodahs"))),
        EMPTY,
        "pkg:npm/lodahs is new, and one letter beside lodash",
        Severity.MEDIUM,
    ),
    Example(
        "a letter less, with an install script",
        scene(packages=npm(package("lodsh")), scripts=((LOCK, "lodsh@1.0.0: install"),)),
        EMPTY,
        "runs a script when it is installed",
        Severity.HIGH,
    ),
    Example(
        "beside a name of the fleet",
        scene(packages=npm(MISTYPED), owned=frozenset({"pkg:npm/acme-billings"})),
        EMPTY,
        "beside acme-billings",
    ),
    Example(
        "beside a name of the fleet, and nobody typed it",
        scene(
            packages=npm(replace(MISTYPED, direct=False)),
            owned=frozenset({"pkg:npm/acme-billings"}),
        ),
        EMPTY,
    ),
    Example(
        "beside a name of the fleet that is used here, too",
        scene(
            packages=npm(MISTYPED, package("acme-billings")),
            common=frozenset({"pkg:npm/acme-billings"}),
        ),
        EMPTY,
    ),
    Example(
        "in Python, however it is spelled",
        scene(packages=(("uv.lock", Package("pkg:pypi/python-datutil", "1.0")),)),
        EMPTY,
        "beside python-dateutil",
    ),
    Example("the popular one itself", WITH_LODASH, EMPTY),
    Example("nothing is new at the first look", scene(packages=npm(package("lodahs"))), None),
    Example(
        "it was there before",
        scene(packages=npm(package("lodahs", "1.0.1"))),
        scene(packages=npm(package("lodahs"))),
    ),
    Example(
        "used much in the fleet",
        scene(packages=npm(package("lodahs")), common=frozenset({"pkg:npm/lodahs"})),
        EMPTY,
    ),
    Example("another well-known one", scene(packages=npm(package("cookies"))), EMPTY),
    Example(
        "a number at the end", scene(packages=(("uv.lock", Package("pkg:pypi/boto", "2")),)), EMPTY
    ),
    Example("short names are all beside each other", scene(packages=npm(package("debg"))), EMPTY),
    Example("from elsewhere", scene(packages=npm(package("lodahs", origin="path:lodahs"))), EMPTY),
)

SCRIPTS = (
    Example(
        "an update brought it",
        scene(packages=npm(package("lodash")), scripts=((LOCK, "lodash@1.0.1: install"),)),
        WITH_LODASH,
        "no version of it did so here before",
        Severity.HIGH,
    ),
    Example(
        "a new package has it",
        scene(scripts=((LOCK, "@acme/ui@1.0.0: install"),)),
        WITH_LODASH,
        "it is new here",
        Severity.MEDIUM,
    ),
    Example(
        "the repository's own",
        scene(scripts=(("package.json", "postinstall"),)),
        EMPTY,
        "the repository's own package now runs postinstall",
    ),
    Example(
        "another version of what ran before",
        scene(scripts=((LOCK, "esbuild@2.0.0: install"),)),
        scene(scripts=((LOCK, "esbuild@1.0.0: install"),)),
    ),
    Example(
        "its manifest has a new place",
        scene(scripts=(("libs/ui/package.json", "prepare"),)),
        scene(scripts=(("ui/package.json", "prepare"),)),
    ),
    Example("the first look", scene(scripts=(("package.json", "postinstall"),)), None),
)

SECRETS = (
    Example(
        "a secret more",
        scene(workflows=(workflow("push", secrets=("GITHUB_TOKEN", "NPM_TOKEN")),)),
        CLEAN,
        "reads the secret NPM_TOKEN",
        Severity.MEDIUM,
    ),
    Example(
        "a new workflow that strangers start",
        scene(workflows=(workflow("issues", secrets=("NPM_TOKEN",)),)),
        EMPTY,
        "strangers start it (issues)",
        Severity.HIGH,
    ),
    Example(
        "all of them, at the first look",
        scene(workflows=(workflow("push", secrets=("*",)),)),
        None,
        "all secrets as one text",
        Severity.HIGH,
    ),
    Example("the token that every workflow has", CLEAN, EMPTY),
    Example(
        "secrets at the first look",
        scene(workflows=(workflow("push", secrets=("NPM_TOKEN", "inherit")),)),
        None,
    ),
    Example(
        "the file has a new name",
        scene(workflows=(RENAMED,)),
        scene(workflows=(workflow("push", secrets=("NPM_TOKEN",)),)),
    ),
)

TARGETS = (
    Example(
        "with a checkout, at the first look",
        scene(workflows=(workflow("pull_request_target", checkout=True),)),
        None,
        "checks out what the pull request proposes",
        Severity.HIGH,
    ),
    Example(
        "after another workflow, with a checkout",
        scene(workflows=(workflow("workflow_run", checkout=True),)),
        CLEAN,
        "is started by workflow_run",
        Severity.HIGH,
    ),
    Example(
        "newly started by it",
        scene(workflows=(workflow("pull_request_target"),)),
        CLEAN,
        "which it was not before",
        Severity.MEDIUM,
    ),
    Example(
        "a checkout in an ordinary run",
        scene(workflows=(workflow("pull_request", checkout=True),)),
        CLEAN,
    ),
    Example(
        "without a checkout, as before",
        scene(workflows=(workflow("pull_request_target"),)),
        scene(workflows=(workflow("pull_request_target"),)),
    ),
    Example(
        "without a checkout, at the first look",
        scene(workflows=(workflow("pull_request_target"),)),
        None,
    ),
)

FORCED = (
    Example(
        "the default branch",
        scene(forced=(("main", OLD, NEW),)),
        EMPTY,
        "main was moved from",
        Severity.HIGH,
    ),
    Example(
        "a branch of releases",
        scene(forced=(("release/1.2", OLD, NEW),)),
        EMPTY,
        "release/1.2 was moved",
        Severity.MEDIUM,
    ),
    Example("a branch of somebody's work", scene(forced=(("fix/typo", OLD, NEW),)), EMPTY),
    Example("nothing was moved", EMPTY, EMPTY),
)

CREDENTIALS = (
    Example(
        "a new one of a kind that opens code",
        scene(secrets=(GITHUB,)),
        EMPTY,
        "looks live: github-pat",
        Severity.CRITICAL,
    ),
    Example("one at the first look", scene(secrets=(GITHUB,)), None, "github-pat"),
    Example("it was there before", scene(secrets=(GITHUB,)), scene(secrets=(GITHUB,))),
    Example(
        "a kind that opens little",
        scene(secrets=(secret("generic-password", Severity.MEDIUM),)),
        EMPTY,
    ),
    Example(
        "in the past alone",
        scene(secrets=(secret("github-pat", Severity.CRITICAL, commit=OLD),)),
        EMPTY,
    ),
)

EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "dependency-confusion": CONFUSION,
    "public-name-claimed": CLAIMS,
    "typosquat": SQUATS,
    "install-script-appeared": SCRIPTS,
    "workflow-gained-secrets": SECRETS,
    "workflow-gained-pull-request-target": TARGETS,
    "force-push-over-history": FORCED,
    "live-looking-credential": CREDENTIALS,
}
