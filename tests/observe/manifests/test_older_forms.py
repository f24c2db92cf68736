"""What the seeds don't have: older versions, other ways to write, what is read in part."""

import pytest
from tests.observe.manifests.samples import read
from tests.observe.manifests.telling import edges_of, published, told, unread

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import NotUnderstood


def test_an_old_go_mod_is_not_all_that_is_used() -> None:
    manifest = read("go-mod", "module a.b/c\ngo 1.16\nrequire a.b/d v1.0.0\n")
    assert told(manifest) == ["3 pkg:golang/a.b/d@v1.0.0 [v1.0.0] (direct)"]
    assert unread(manifest) == [
        "0 before Go 1.17 a go.mod doesn't list what its requirements require"
    ]


def test_the_first_version_of_cargo_lock() -> None:
    source = "registry+https://github.com/rust-lang/crates.io-index"
    manifest = read(
        "cargo-lock",
        f'[root]\nname = "app"\nversion = "0.1.0"\ndependencies = ["libc 0.2.1 ({source})"]\n'
        f'[[package]]\nname = "libc"\nversion = "0.2.1"\nsource = "{source}"\n'
        f'[metadata]\n"checksum libc 0.2.1 ({source})" = "0123"\n',
    )
    assert edges_of(manifest) == ["app@0.1.0 > libc@0.2.1"]
    assert told(manifest)[0] == "5 pkg:cargo/libc@0.2.1 (direct)"


def test_packages_config() -> None:
    text = (
        '<packages>\n  <package id="A.B" version="1.2" developmentDependency="true" />\n</packages>'
    )
    assert told(read("dotnet-project", text)) == ["2 pkg:nuget/A.B@1.2 [1.2] (?, dev)"]


def test_central_versions() -> None:
    text = (
        '<Project><ItemGroup>\n<PackageVersion Include="A" Version="1.0.0" />\n'
        '<GlobalPackageReference Include="B" Version="2.0.0" />\n</ItemGroup></Project>'
    )
    assert told(read("dotnet-project", text)) == [
        "2 pkg:nuget/A@1.0.0 [1.0.0] (?)",
        "3 pkg:nuget/B@2.0.0 [2.0.0] (direct, dev)",
    ]


def test_an_action() -> None:
    text = "runs:\n  using: composite\n  steps:\n    - uses: actions/cache@v4\n    - uses: $/own\n"
    assert told(read("github-actions", text)) == [
        "4 pkg:githubactions/actions/cache@v4 (direct)",
        "5 pkg:generic/own@ (direct) <- path:./own",
    ]
    docker = "runs:\n  using: docker\n  image: docker://alpine:3.20\n"
    assert told(read("github-actions", docker)) == ["3 pkg:docker/alpine@3.20 (direct)"]


def test_a_template_of_helm() -> None:
    manifest = read(
        "kubernetes",
        "apiVersion: apps/v1\nkind: Deployment\n{{- if .Values.x }}\nspec:\n"
        '  - image: "{{ .Values.image }}:{{ .Values.tag }}"\n  - image: busybox:1.36 # fixed\n',
    )
    assert told(manifest) == ["6 pkg:docker/busybox@1.36 (direct)"]
    assert unread(manifest) == [
        "5 an image that a template decides: {{ .Values.image }}:{{ .Values.tag }}"
    ]


def test_yaml_that_is_nothing_of_kubernetes_is_empty_and_broken_objects_are_not() -> None:
    assert read("kubernetes", "a: [1\n") == Manifest()
    assert read("kubernetes", "apiVersion: v1\nkind: Namespace\n") == Manifest()
    with pytest.raises(NotUnderstood, match="not YAML in line 3"):
        read("kubernetes", "apiVersion: v1\nkind: [Pod\nspec: {}\n")


def test_one_bad_source_hides_no_other() -> None:
    manifest = read(
        "kubernetes",
        "apiVersion: argoproj.io/v1\nkind: Application\nspec: {source: {chart: '//', repoURL: x}}\n"
        "---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: a:1}]}\n",
    )
    assert told(manifest) == ["7 pkg:docker/a@1 (direct)"]
    assert unread(manifest) == ["1 no name of a package: '//'"]


def test_the_first_version_of_compose() -> None:
    assert told(read("compose", "web:\n  image: nginx:1\n")) == ["2 pkg:docker/nginx@1 (direct)"]


def test_requirements_yaml_is_of_helm_or_of_ansible() -> None:
    of_helm = "dependencies:\n  - name: redis\n    version: 1.2.3\n    repository: '@team'\n"
    assert told(read("helm-chart", of_helm)) == ["2 pkg:helm/redis@1.2.3 [1.2.3] (direct)"]
    assert read("ansible-requirements", of_helm) == Manifest()
    of_ansible = "- src: geerlingguy.docker\n  version: '1.0.0'\n"
    assert read("helm-chart", of_ansible) == Manifest()
    assert told(read("ansible-requirements", of_ansible)) == [
        "1 pkg:ansible/geerlingguy/docker@1.0.0 [1.0.0] (direct)".replace(
            "docker@", "docker?type=role@"
        )
    ]


def test_a_submodule_without_url() -> None:
    manifest = read("gitmodules", '[submodule "a"]\npath = a\nline = x\n')
    assert unread(manifest) == ["1 a submodule without URL: a"]


def test_a_dockerfile_with_its_own_escape_and_a_file_beside_it() -> None:
    text = "# escape=`\nFROM a:1 `\n  AS b\nFROM b\n"
    assert told(read("dockerfile", text)) == ["2 pkg:docker/a@1 (direct)"]
    assert read("dockerfile", "*.md\n", "Dockerfile.dockerignore") == Manifest()


def test_a_project_of_maven_that_its_parent_names() -> None:
    text = (
        "<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>3</version>"
        "</parent><artifactId>a</artifactId></project>"
    )
    assert published(read("pom-xml", text)) == ["1 pkg:maven/g/a@3"]
