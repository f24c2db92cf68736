import pytest

from opsroom.model.manifest import Unread
from opsroom.model.package import Package
from opsroom.observe.reading.images import image
from opsroom.observe.reading.variables import Unset, substituted

DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("reference", "purl", "version"),
    [
        ("nginx", "pkg:docker/nginx", ""),
        ("library/nginx:1.27", "pkg:docker/nginx", "1.27"),
        ("docker.io/library/nginx", "pkg:docker/nginx", ""),
        ("index.docker.io/bitnami/redis:7", "pkg:docker/bitnami/redis", "7"),
        ("ghcr.io/a/b/c:v1", "pkg:docker/a/b/c?repository_url=ghcr.io", "v1"),
        ("localhost/web", "pkg:docker/web?repository_url=localhost", ""),
        ("localhost:5000/web:1", "pkg:docker/web?repository_url=localhost:5000", "1"),
        ("GHCR.io/team/web", "pkg:docker/team/web?repository_url=ghcr.io", ""),
    ],
)
def test_however_a_registry_is_written_it_is_one_package(
    reference: str, purl: str, version: str
) -> None:
    found = image(reference)
    assert isinstance(found, Package)
    assert (found.purl, found.version) == (purl, version)


def test_tag_and_digest() -> None:
    found = image(f"quay.io/a/b:1.2@{DIGEST}", 7)
    assert isinstance(found, Package)
    assert (found.version, found.digest, found.line) == ("1.2", DIGEST, 7)
    assert found.origin == "registry:https://quay.io/"


@pytest.mark.parametrize(
    "reference",
    [
        *("", "Nginx", "a b", "a:b:c", "nginx@sha256:short", "https://ghcr.io/a", "a//b", "-a"),
        *("${IMAGE}", "{{ .image }}", "a:$TAG", "<%= x %>", "a\x1b[31m", "x" * 5000),
    ],
)
def test_what_is_no_reference_is_said_not_to_be(reference: str) -> None:
    assert isinstance(image(reference, 3), Unread)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a:$TAG-x", "a:1-x"),
        ("a:${TAG}", "a:1"),
        ("${EMPTY:-b}${EMPTY-c}", "b"),
        ("${NONE:-${TAG}}", "1"),
        ("${TAG:+set}${NONE+unset}", "set"),
        ("$$TAG", "$TAG"),
    ],
)
def test_variables(text: str, value: str) -> None:
    assert substituted(text, {"TAG": "1", "EMPTY": "", "NONE": None}) == value


@pytest.mark.parametrize("text", ["$NONE", "${NONE}", "${NONE:?needed}", "${", "$1", "${a b}"])
def test_what_has_no_value_is_not_made_up(text: str) -> None:
    with pytest.raises(Unset):
        substituted(text, {"NONE": None})
