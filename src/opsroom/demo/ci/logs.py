"""What steps print when all is well, when the network is not, and when a shared workflow breaks.

Lines are without timestamps: whoever shows the log adds them.
"""

from opsroom.demo.catalogue import Kind, Plot

SET_UP = """Current runner version: '2.317.0'
##[group]Operating System
Ubuntu
24.04
LTS
##[endgroup]
##[group]Runner Image
Image: ubuntu-24.04
Version: 20240603.1.0
##[endgroup]
Prepare workflow directory
Complete job name: {job}"""

CHECKOUT = """##[group]Run actions/checkout@v4
with:
  repository: {slug}
##[endgroup]
Syncing repository: {slug}
##[group]Fetching the repository
[command]/usr/bin/git -c protocol.version=2 fetch --no-tags --depth=1 origin +{commit}
##[endgroup]
[command]/usr/bin/git log -1 --format=%H
{commit}"""

TOOL = """##[group]Run {action}
##[endgroup]
Found in cache @ /opt/hostedtoolcache/{tool}/{version}/x64"""

NO_TOOL = """##[group]Run {action}
##[endgroup]
Attempting to download {version}...
##[error]Unable to find version {version} of {tool} for ubuntu-24.04 x64"""

FINE: dict[Kind, str] = {
    Kind.PYTHON: """============================= test session starts ==============================
platform linux -- Python 3.12.4, pytest-8.2.2, pluggy-1.5.0
rootdir: /home/runner/work/{name}/{name}
collected 1 item

tests/test_{module}.py .                                                 [100%]

============================== 1 passed in 0.21s ===============================""",
    Kind.NODE: "> node --test\n\nTAP version 13\nok 1 - it says what it is about\n1..1\n# fail 0",
    Kind.GO: "ok  \tgit.home.arpa/kim/{name}\t0.003s",
    Kind.RUST: "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; finished in 0.00s",
    Kind.HELM: "==> Linting charts/{name}\n\n1 chart(s) linted, 0 chart(s) failed",
    Kind.TERRAFORM: "No changes. Your infrastructure matches the configuration.",
    Kind.ANSIBLE: "Passed: 0 failure(s), 0 warning(s) on 4 files. Profile: production",
    Kind.COMPOSE: "compose.yaml is valid",
    Kind.IMAGES: "#9 exporting to image\n#9 writing image sha256:{commit} done",
}
QUIET = "done"

FLAKES: dict[Kind, str] = {
    Kind.PYTHON: """error: Failed to fetch: `https://mirror.home.arpa/simple/requests/`
  Caused by: error sending request for url (https://mirror.home.arpa/simple/requests/)
  Caused by: operation timed out
##[error]Process completed with exit code 2.""",
    Kind.NODE: """npm ERR! code ECONNRESET
npm ERR! network aborted
npm ERR! network This is a problem related to network connectivity.
##[error]Process completed with exit code 1.""",
    Kind.GO: """go: downloading gopkg.in/yaml.v3 v3.0.0
go: gopkg.in/yaml.v3@v3.0.0: Get "https://proxy.home.arpa/gopkg.in/yaml.v3": i/o timeout
##[error]Process completed with exit code 1.""",
}
FLAKE = """Error response from daemon: Get "https://registry.home.arpa/v2/": deadline exceeded
##[error]Process completed with exit code 1."""

STUCK = "Waiting for a lock on the state (held by runner-7f3a since 02:14) ..."
"""What a build prints that never ends."""


def fine(plot: Plot) -> str:
    """What the work of a repository prints when it succeeds."""
    return FINE.get(plot.kind, QUIET)


def flake(plot: Plot) -> str:
    """What it prints when the network failed it."""
    return FLAKES.get(plot.kind, FLAKE)
