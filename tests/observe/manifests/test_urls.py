"""What a URL in a line means: something that is asked for, or something that people are told."""

import pytest
from tests.observe.manifests.samples import read

from opsroom.model.mention import Mention

TOOLS = "git+https://github.com/acme/tools"


def names(line: str, path: str) -> list[str]:
    """What the one line of a file mentions."""
    return [each.name for each in read("urls", f"a: b\n{line}\n", path).mentions]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("x.sh", "git clone --depth 1 https://github.com/acme/tools.git"),
        ("x.sh", 'git -C x clone "https://github.com/acme/tools" y'),
        ("x.sh", "git submodule add git@github.com:acme/tools.git"),
        ("x.sh", "for x in $(git ls-remote https://github.com/acme/tools); do"),
        ("x.sh", "TOOLS_REPOSITORY=https://github.com/acme/tools"),
        ("x.sh", "pip install 'tools @ git+https://github.com/acme/tools@v1'"),
        ("x.sh", "kubectl apply -f https://raw.githubusercontent.com/acme/tools/main/x.yaml"),
        ("x.sh", "git clone kim@github.com:acme/tools"),
        ("x.sh", "X=kim@github.com:acme/tools.git"),
        ("x.sh", "gh repo clone acme/tools"),
        ("x.sh", "gh workflow run ci.yml -R acme/tools --ref main"),
        ("Makefile", "\tcurl -sSL https://github.com/acme/tools/releases/download/v1/x | tar x"),
        ("Dockerfile", "ADD https://github.com/acme/tools.git#main /src"),
        ("Dockerfile", "RUN wget -q https://github.com/acme/tools/archive/v1.tar.gz && echo ok"),
        ("a/main.tf", '  source = "git::https://github.com/acme/tools.git?ref=v1"'),
        ("x.yaml", "repo: https://github.com/acme/tools"),
        ("x.yaml", "  - url: 'https://github.com/acme/tools'  # why"),
        ("x.toml", 'url = "https://github.com/acme/tools"'),
        ("x.toml", '    "https://github.com/acme/tools/archive/refs/heads/main.tar.gz",'),
        ("x.ps1", '$url = "https://github.com/acme/tools/releases/latest/download/x.zip"'),
        ("CMakeLists.txt", "  GIT_REPOSITORY https://github.com/acme/tools"),
        ("WORKSPACE", '    remote = "https://github.com/acme/tools.git",'),
        ("build.gradle", 'apply from: "https://raw.githubusercontent.com/acme/tools/v1/x.gradle"'),
    ],
)
def test_asks_for_a_repository(path: str, line: str) -> None:
    assert names(line, path) == [TOOLS]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("x.sh", "# git clone https://github.com/acme/tools.git"),
        ("x.sh", "make  # as https://github.com/acme/tools/archive/v1.zip does"),
        ("x.sh", 'echo "git clone https://github.com/acme/tools.git"'),
        ("x.sh", '    printf "https://github.com/acme/tools.git\\n"'),
        ("x.sh", "open https://github.com/acme/tools"),
        ("x.sh", "rsync -a x/ kim@nas.acme.dev:backup/photos"),
        ("x.sh", "DOCKER=ssh://kim@nas.acme.dev/run/docker"),
        ("x.sh", "curl https://github.com/acme/tools/issues/1"),
        ("x.ps1", 'Write-Host "https://github.com/acme/tools.git"'),
        ("x.tf", "// https://github.com/acme/tools.git"),
        ("x.tf", "/* as\nhttps://github.com/acme/tools.git\n*/"),
        ("x.yaml", "{{- /* from https://github.com/acme/tools.git */ -}}"),
        ("x.sh", "go install golang.org/x/tools/cmd/x@latest"),
        ("x.yaml", "homepage: https://github.com/acme/tools"),
        ("x.yaml", "docs_url: https://github.com/acme/tools/blob/main/README.md"),
        ("x.yaml", "description: Like https://github.com/acme/tools but better"),
        ("x.yaml", "  see https://github.com/acme/tools/blob/main/x for more"),
        ("x.yaml", "org.opencontainers.image.source: https://github.com/acme/tools"),
        ("x.yaml", "$schema: https://raw.githubusercontent.com/acme/tools/main/x.json"),
        ("x.yaml", "user: https://github.com/acme"),
        ("x.yaml", "url: https://github.com/${OWNER}/tools"),
        ("pyproject.toml", 'repository = "https://github.com/acme/tools"'),
        ("mkdocs.yml", "source: https://github.com/acme/tools"),
        (".github/ISSUE_TEMPLATE/config.yml", "    url: https://github.com/acme/tools"),
        ("x.toml", '[project.urls]\nSource = "https://github.com/acme/tools"'),
    ],
)
def test_tells_people_of_one_or_means_another(path: str, line: str) -> None:
    assert names(line, path) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".env", "API_URL=https://api.acme.dev/v1"),
        (".env.production", "export SMTP_HOST=api.acme.dev"),
        ("x.yaml", "  - targets: ['api.acme.dev']"),
        ("x.yaml", "        value: http://api.acme.dev"),
        ("x.conf", "    proxy_pass https://api.acme.dev/;"),
        ("appsettings.json", '  "ConnectionStrings": "Server=1;Url=https://api.acme.dev/x"'),
        ("x.properties", "spring.datasource.url=jdbc:postgresql://api.acme.dev/shop"),
        ("compose.yaml", '      - "API=${API:-https://api.acme.dev}"'),
        ("x.ini", "bootstrap_servers = api.acme.dev"),
    ],
)
def test_asks_a_host(path: str, line: str) -> None:
    assert names(line, path) == ["api.acme.dev"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".env", "# API_URL=https://api.acme.dev/v1"),
        (".env", "ALLOWED_HOSTS=api.acme.dev"),
        (".env", "LISTEN_ADDR=api.acme.dev:80"),
        (".env", "API_URL=http://localhost:80"),
        (".env", "API_URL=https://api.example.com"),
        (".env", "API_URL=https://${HOST}.acme.dev"),
        ("x.yaml", "  - host: api.acme.dev"),
        ("x.yaml", "website: https://api.acme.dev"),
        ("x.yaml", "image: registry.acme.dev/x"),
        ("compose.yaml", "      API: http://api:8080"),
        (".env", "DB_HOST=db"),
    ],
)
def test_asks_none(path: str, line: str) -> None:
    assert names(line, path) == []


def test_each_name_once_where_it_stands_first() -> None:
    text = "A_URL=https://a.acme.dev\nB=https://b.acme.dev\nC=https://a.acme.dev/x\n"
    assert read("urls", text, ".env").mentions == (
        Mention("host", "a.acme.dev", 1),
        Mention("host", "b.acme.dev", 2),
    )


def test_what_is_large_or_not_written_by_people_is_left_out() -> None:
    line = "url: https://github.com/acme/tools.git\n"
    assert read("urls", line * 20_000, "x.yaml").mentions == ()
    assert read("urls", "x" * 2_000 + line, "x.yaml").mentions == ()
    assert read("urls", f"kind: CustomResourceDefinition\n{line}", "x.yaml").mentions == ()
    assert read("urls", b"\xff" + line.encode(), "x.yaml").mentions == ()
