"""Names that are no packages: what each format reads in its seed, checked by hand on the seed."""

import pytest
from tests.observe.manifests.mention_seeds import COMMIT, SEEDS
from tests.observe.manifests.samples import read

from opsroom.model.manifest import Manifest
from opsroom.observe.formats import formats
from opsroom.observe.manifests import NotUnderstood


def mentioned(manifest: Manifest) -> list[str]:
    """Each mention in a line: `line kind name@version serves`."""
    return [
        f"{each.line} {each.kind} {each.name.removeprefix('git+https://')}"
        f"{f'@{each.version}' if each.version else ''}{' serves' if each.serves else ''}"
        for each in manifest.mentions
    ]


EXPECTED: dict[str, list[str]] = {
    "urls": [
        "2 host api.acme.dev",
        "3 host db.acme.dev",
        "5 address github.com/acme/tools",
        "6 address github.com/acme/tools@v1.2",
        "9 address git.acme.dev/acme/config",
        "10 address github.com/acme/lint@v2",
        "11 address github.com/acme/cli",
        "12 address github.com/acme/agent",
    ],
    "cluster-names": [
        "3 host x.acme.dev serves",
        "6 host shop.acme.dev serves",
        "13 host web.shop.svc serves",
        "13 host web.shop serves",
        "18 host api.acme.dev serves",
        "18 host *.apps.acme.dev serves",
        "24 host mesh.acme.dev serves",
        "30 host a.acme.dev serves",
        "30 host b.acme.dev serves",
        "30 host c.acme.dev serves",
        "41 host wiki.acme.dev serves",
        "47 environment production",
        "55 source github.com/acme/web",
        "62 host inner.acme.dev serves",
        "69 environment cluster.acme.dev:6443",
        "75 host edge.acme.dev serves",
        "79 host route.acme.dev serves",
        "85 source github.com/acme/component",
        "86 source github.com/acme/other@main",
    ],
    "compose-names": [
        "4 host shop.acme.dev serves",
        "5 host two.acme.dev serves",
        "7 host three.acme.dev serves",
        "7 host four.acme.dev serves",
        "12 source github.com/acme/worker serves",
        "15 host six.acme.dev serves",
        "18 source github.com/acme/other",
        "19 host seven.acme.dev serves",
    ],
    "dockerfile-source": [
        "4 source github.com/acme/web serves",
        "5 source git.acme.dev/acme/web serves",
    ],
    "workflow-names": [
        "4 environment production",
        "5 host shop.acme.dev serves",
        "9 address {host}/acme/config@v2",
        "14 environment github-pages",
    ],
    "gitlab-ci": [
        "2 template {host}/acme/ci/templates@v1",
        "5 template git.acme.dev/acme/ci@main",
        "7 template {host}/acme/parts@1.0",
        "8 template gitlab.com/acme/more@~latest",
        "10 host shop.acme.dev serves",
        "10 environment production",
        "14 address {host}/acme/below@main",
        "16 address {host}/acme/again",
    ],
    "azure-pipelines": [
        "3 template github.com/acme/templates@v1",
        "8 environment staging",
    ],
    "template-answers": [
        f"2 template github.com/acme/template@{COMMIT}",
    ],
    "renovate": [
        "3 template github.com/acme/presets@v1",
        "3 template {host}/acme/own",
        "4 template gitlab.com/acme/group/more",
    ],
    "flake-lock": [
        f"6 address github.com/NixOS/nixpkgs@{COMMIT}",
        f"9 address git.acme.dev/acme/own@{COMMIT}",
    ],
    "mise": [
        "3 address github.com/acme/cli@1.2",
        "5 address github.com/acme/agent",
    ],
    "web-servers": [
        "2 host app.acme.dev:8080",
        "7 host shop.acme.dev serves",
        "7 host *.shop.acme.dev serves",
        "10 host old.acme.dev serves",
    ],
    "caddyfile": [
        "4 host shop.acme.dev serves",
        "4 host two.acme.dev serves",
        "6 host api.acme.dev:8080",
    ],
    "traefik-rules": [
        "4 host shop.acme.dev serves",
        "4 host two.acme.dev serves",
    ],
    "cloudflared": [
        "3 host shop.acme.dev serves",
    ],
    "pages-cname": [
        "1 host pages.acme.dev serves",
    ],
    "helm-hosts": [
        "4 host shop.acme.dev serves",
        "5 host two.acme.dev serves",
        "7 host three.acme.dev serves",
    ],
    "helmfile": [
        "3 environment production",
        "5 environment staging",
    ],
}


@pytest.mark.parametrize("name", SEEDS)
def test_format(name: str) -> None:
    manifest = read(name, SEEDS[name])
    assert mentioned(manifest) == EXPECTED[name]
    assert manifest == Manifest(mentions=manifest.mentions)


@pytest.mark.parametrize("name", SEEDS)
def test_line_ends_of_windows_and_byte_order_mark(name: str) -> None:
    assert read(name, "\ufeff" + SEEDS[name].replace("\n", "\r\n")) == read(name, SEEDS[name])


@pytest.mark.parametrize("name", SEEDS)
def test_it_stands_beside_what_reads_packages(name: str) -> None:
    assert formats()[name].beside
    assert not formats()[name].locked


@pytest.mark.parametrize("name", SEEDS)
def test_what_says_nothing_is_of_another_kind(name: str) -> None:
    try:
        assert read(name, "x: y\n") == Manifest()
    except NotUnderstood:
        assert name == "flake-lock"
