"""Silencers: configuration inside a repository by which a scanner can be told to be quiet.

A repository must not be able to silence its own scan, so exports leave these files out. Names that
other files bear too (`pyproject.toml`, `setup.cfg`, `.gitignore`, a `trivy.yaml` that is a release
of Trivy) stay: the scanners that would obey them are told not to, and none is started in the tree.
"""

import re
from fnmatch import translate
from posixpath import basename

ANYWHERE: tuple[str, ...] = (
    ".bandit",
    ".bandit.y*ml",
    ".betterleaks.toml",
    ".betterleaksignore",
    ".checkov.baseline",
    ".checkov.y*ml",
    ".detect-secrets*",
    ".gitleaks*.toml",
    ".gitleaksignore",
    ".hadolint.y*ml",
    ".ignore",
    ".kics*",
    ".kingfisher*",
    ".kubelinter.y*ml",
    ".kube-linter.y*ml",
    ".njsscan",
    ".nuclei-ignore",
    ".osv-scanner.toml",
    ".ruff.toml",
    ".secrets.baseline",
    ".semgrep.y*ml",
    ".semgrepignore",
    ".shellcheckrc",
    ".snyk",
    ".terrascan*",
    ".tflint.hcl",
    ".tfsec.*",
    ".trivyignore*",
    ".trufflehog*",
    ".zizmor.y*ml",
    "gitleaks.toml",
    "hadolint.y*ml",
    "osv-scanner.toml",
    "ruff.toml",
    "shellcheckrc",
    "zizmor.y*ml",
)
"""Globs over the name of a file, in any folder, in small letters."""

IN_FOLDERS: tuple[str, ...] = (
    "trivy.y*ml",
    ".github/zizmor.y*ml",
    ".github/actionlint.y*ml",
    ".checkov/*",
    ".semgrep/*",
    ".tfsec/*",
    ".trivy/*",
)
"""Globs over the path from the top of the repository, in small letters."""

WORKFLOWS = re.compile(r"\.(?:github|forgejo|gitea)/workflows/[^/]*")
"""What lies here is run by CI, whatever it is called: a `zizmor.yml` here configures nothing."""

_NAMES = re.compile("|".join(map(translate, ANYWHERE)))
_PATHS = re.compile("|".join(map(translate, IN_FOLDERS)))


def silences(path: str) -> bool:
    """Whether the file at `path` (from the top of the repository) can silence a scanner."""
    path = path.lower()
    if WORKFLOWS.fullmatch(path):
        return False
    return _NAMES.match(basename(path)) is not None or _PATHS.match(path) is not None
