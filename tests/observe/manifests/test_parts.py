"""Which part of a repository is used, and which image of a Dockerfile is there at run time."""

import pytest
from tests.observe.manifests.samples import read

FLUX = """apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: charts}
spec: {url: https://github.com/acme/charts}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec: {chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: charts}}}}
"""
ARGO = """apiVersion: argoproj.io/v1alpha1
kind: Application
spec: {source: {repoURL: https://github.com/acme/charts, path: %s}}
"""
JOB = "jobs: {a: {uses: %s}}"
MODULE = 'module "a" { source = "%s" }\n'


@pytest.mark.parametrize(
    ("name", "text", "parts"),
    [
        ("github-actions", JOB % "acme/ci/.github/workflows/a.yml@v1", [".github/workflows/a.yml"]),
        ("github-actions", JOB % "acme/ci@v1", [""]),
        ("github-actions", JOB % "acme/ci/setup/@v1", ["setup"]),
        ("kubernetes", FLUX, ["", "charts/web"]),
        ("kubernetes", ARGO % "apps/web/", ["apps/web"]),
        ("kubernetes", ARGO % "'{{path}}'", [""]),
        ("kubernetes", ARGO % ".", [""]),
        ("terraform", MODULE % "git::https://git.acme.dev/acme/m.git//net/a?ref=v1", ["net/a"]),
        ("terraform", MODULE % "acme/net/aws//modules/a", ["modules/a"]),
        ("terraform", MODULE % "acme/net/aws", [""]),
        ("kustomization", "resources: ['https://github.com/acme/base//a/b?ref=v1']", ["a/b"]),
        ("kustomization", "resources: ['github.com/acme/base/a/b?ref=v1']", ["a/b"]),
        ("kustomization", "resources: ['https://github.com/acme/base?ref=v1']", [""]),
    ],
)
def test_which_part_is_used(name: str, text: str, parts: list[str]) -> None:
    assert [package.part for package in read(name, text).packages] == parts


@pytest.mark.parametrize(
    ("stages", "there"),
    [
        ("FROM a/one\n", ["one"]),
        ("FROM a/one AS x\nFROM a/two\nCOPY --from=x /a /a\nCOPY --from=a/three / /\n", ["two"]),
        ("FROM a/one AS base\nFROM a/two AS build\nFROM base\nCOPY --from=build / /\n", ["one"]),
        ("FROM a/one AS base\nFROM base AS Next\nFROM next\n", ["one"]),
        ("FROM a/one AS build\nFROM scratch\nCOPY --from=build / /\n", []),
        ("FROM a/one AS build\nFROM a/${NONE}\n", []),
        ("FROM a/one AS x\nFROM a/one\n", ["one"]),
    ],
)
def test_what_a_last_stage_stands_on_is_there_at_run_time(stages: str, there: list[str]) -> None:
    packages = read("dockerfile", stages).packages
    assert [each.purl.rpartition("/")[2] for each in packages if not each.dev] == there


@pytest.mark.parametrize(
    ("build", "part"),
    [
        (".", ""),
        ("./api/", "api"),
        ("{context: ../api}", "../api"),
        ("/srv/api", ""),
        ("https://github.com/acme/api.git", ""),
        ("'${WHERE}'", ""),
    ],
)
def test_what_an_image_is_made_from(build: str, part: str) -> None:
    text = f"services: {{a: {{image: acme/api, build: {build}}}}}"
    (made,) = read("compose", text).publishes
    assert made.part == part
