"""Commands that build and push, and the names that they give."""

import pytest

from opsroom.observe.reading.build_commands import joined, made_by
from opsroom.observe.reading.made_names import UNKNOWN, chart_made, image_made
from opsroom.observe.reading.script_values import GIVEN, Values


def made(text: str, **known: str) -> list[str]:
    """Purls of what one line makes, with folders behind a hash."""
    found = made_by(1, text, Values({**GIVEN, **known}))
    return [each.purl + (f"#{each.part}" if each.part else "") for each in found]


ACME = "pkg:docker/acme/web"


@pytest.mark.parametrize(
    ("text", "purls"),
    [
        ("docker build -t acme/web .", [ACME]),
        ("docker build . --tag acme/web:1 --file x", [ACME]),
        ("docker image build --tag=acme/web:1 ./web", [f"{ACME}#web"]),
        ("sudo docker buildx build --push -t acme/web -t acme/two ../web", None),
        ("docker build --output type=image,name=acme/web,push=true .", [ACME]),
        ("docker buildx imagetools create -t acme/web:2 acme/web@sha256:0", [ACME]),
        ("docker manifest push acme/web:1", [ACME]),
        ("buildah push --creds a:b localhost/x docker://acme/web", [ACME]),
        ("podman push acme/web > /dev/null 2>&1", [ACME]),
        ('sh "docker push acme/web:${BUILD}"', [ACME]),
        ("docker push acme/web; docker push acme/web:2", [ACME, ACME]),
        ("/kaniko/executor --destination acme/web:1 --destination=acme/web:2", [ACME, ACME]),
        ("docker push $CI_REPO:1", ["pkg:docker/{owner}/{name}"]),
        ("docker push ghcr.io/${GITHUB_REPOSITORY#*/}/x", None),
        ("docker run acme/web", []),
        ("docker pull acme/web", []),
        ("docker build -t web .", []),
        ("docker push $ANY/web", []),
        ("docker push acme/$(git rev-parse HEAD)", []),
        ("docker push acme/`cat NAME`", []),
        ("# docker push acme/web", []),
        ("docker push", []),
        ("docker build -t", []),
        ("docker build", []),
        (
            "helm push web-1.2.3.tgz oci://quay.io/acme",
            ["pkg:helm/web?repository_url=quay.io/acme"],
        ),
        ("helm push web-*.tgz oci://quay.io/acme", ["pkg:helm/web?repository_url=quay.io/acme"]),
        ("helm push $CHART oci://quay.io/acme", []),
        ("helm push web-1.2.3.tgz chartmuseum", []),
        ("ko build --bare .", ["pkg:docker/acme/ko"]),
        ("ko build -B ./cmd/server", ["pkg:docker/acme/ko/server"]),
        ("ko build ./cmd/server", []),
    ],
)
def test_what_a_line_makes(text: str, purls: list[str] | None) -> None:
    told = {
        "sudo docker buildx build --push -t acme/web -t acme/two ../web": [
            f"{ACME}#../web",
            "pkg:docker/acme/two#../web",
        ],
        "docker push ghcr.io/${GITHUB_REPOSITORY#*/}/x": [
            "pkg:docker/{name}/x?repository_url=ghcr.io"
        ],
    }
    assert made(text, KO_DOCKER_REPO="acme/ko") == (told[text] if purls is None else purls)


def test_lines_that_go_on_are_one() -> None:
    lines = ["a \\", "  b", "c", "d \\"]
    assert list(joined(enumerate(lines, 1))) == [(1, "a    b"), (3, "c"), (4, "d ")]


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (["X=acme"], "acme"),
        (["export X='acme'  # why"], "acme"),
        (["X := acme", "X ?= other"], "acme"),
        (["  X: acme"], "acme"),
        (["Y=acme", 'X="$Y"'], "acme"),
        (["X=${Y:-acme}"], "acme"),
        (["X=$(echo $GITHUB_REPOSITORY | tr A-Z a-z)"], "{owner}/{name}"),
        (["X=acme", "X=$(echo $X | tr '[A-Z]' '[a-z]')"], "acme"),
        (["X=acme", "X=$(date +%s)"], UNKNOWN),
        (["X=`cat NAME`"], UNKNOWN),
        (["X=acme", "X=other"], UNKNOWN),
        (["X=$(date)"], UNKNOWN),
        (["X=acme docker push"], UNKNOWN),
        (["CI_REGISTRY=acme", "X=$CI_REGISTRY"], "acme"),
        ([], UNKNOWN),
    ],
)
def test_values(lines: list[str], value: str) -> None:
    values = Values(dict(GIVEN))
    for line in lines:
        values.assign(line)
    assert values.settled("$X") == value


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("${GITHUB_REPOSITORY,,}", "{owner}/{name}"),
        ("${GITHUB_REPOSITORY##*/}", "{name}"),
        ("${GITHUB_REPOSITORY%/*}", "{owner}"),
        ("$(echo $GITHUB_REPOSITORY | tr A-Z a-z)", "{owner}/{name}"),
        ("$(GITHUB_REPOSITORY_OWNER)/{{.CI_REPO_NAME}}", "{owner}/{name}"),
        ("a$", "a$"),
    ],
)
def test_the_repository_itself(text: str, settled: str) -> None:
    assert Values(dict(GIVEN)).settled(text) == settled


@pytest.mark.parametrize(
    ("reference", "purl", "version"),
    [
        ("ghcr.io/Acme/Web:v1", "pkg:docker/acme/web?repository_url=ghcr.io", "v1"),
        ("docker.io/acme/web", ACME, ""),
        (f"acme/web:{UNKNOWN}-a", ACME, ""),
        (
            "ghcr.io/{owner}/{name}-x@sha256:0",
            "pkg:docker/{owner}/{name}-x?repository_url=ghcr.io",
            "",
        ),
        ("registry.acme.dev:5000/web", "pkg:docker/web?repository_url=registry.acme.dev:5000", ""),
    ],
)
def test_images(reference: str, purl: str, version: str) -> None:
    found = image_made(reference)
    assert found
    assert (found.purl, found.version) == (purl, version)


@pytest.mark.parametrize(
    "reference",
    [
        *("web", "docker.io/library/nginx", "localhost:5000/a/b", "127.0.0.1/a/b", "", "/", "a//b"),
        *(f"acme/{UNKNOWN}", f"{UNKNOWN}/web:1", "acme/{other}", "x" * 3000 + "/y", "ghcr.io/"),
    ],
)
def test_no_name_for_others(reference: str) -> None:
    assert image_made(reference) is None


def test_a_chart_whose_name_is_not_told() -> None:
    assert chart_made(f"{UNKNOWN}-1.0.tgz", "oci://quay.io/acme") is None
    assert chart_made("web-1.0.tgz", f"oci://{UNKNOWN}/acme") is None
    found = chart_made("dist/my-web-1.0.tgz", "oci://ghcr.io/{owner}/charts")
    assert found
    assert found.purl == "pkg:helm/my-web?repository_url=ghcr.io/{owner}/charts"
