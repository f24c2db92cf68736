"""Which files of a repository can silence a scanner, and which only look like it."""

import pytest

from opsroom.clients.git.silencers import silences


@pytest.mark.parametrize(
    "path",
    [
        ".gitleaks.toml",
        ".gitleaksignore",
        "services/api/.gitleaksignore",
        ".checkov.yaml",
        ".checkov.yml",
        "infra/.checkov.yaml",
        ".trivyignore",
        ".trivyignore.yaml",
        "trivy.yaml",
        ".hadolint.yaml",
        "docker/hadolint.yml",
        ".shellcheckrc",
        "scripts/shellcheckrc",
        "ruff.toml",
        "pkg/.ruff.toml",
        "zizmor.yml",
        ".github/zizmor.yml",
        ".semgrepignore",
        ".semgrep/rules.yml",
        ".bandit",
        ".kingfisherignore",
        "osv-scanner.toml",
        ".tfsec/config.json",
        ".snyk",
        ".GitLeaks.toml",
        "od\nd/.snyk",
    ],
)
def test_configuration_of_a_scanner_is_told(path: str) -> None:
    assert silences(path)


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "setup.cfg",
        ".gitignore",
        ".github/workflows/zizmor.yml.txt",
        ".github/workflows/zizmor.yml",
        ".Forgejo/workflows/hadolint.yaml",
        "apps/trivy.yaml",
        "src/ruff.py",
        "docs/.snyk.md",
        "Dockerfile",
        "semgrep/rules.yml",
    ],
)
def test_what_only_looks_like_it_stays(path: str) -> None:
    assert not silences(path)
