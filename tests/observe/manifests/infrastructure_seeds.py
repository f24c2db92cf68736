"""One small true file of each format of containers, clusters, CI and infrastructure."""

DIGEST = "sha256:" + "0123456789abcdef" * 4
COMMIT = "0123456789abcdef0123456789abcdef01234567"

DOCKERFILE = f"""# syntax=docker/dockerfile:1.7
ARG GO=1.22
ARG BASE="alpine:${{TAG:-3.20}}"
ARG UNSET
FROM --platform=$BUILDPLATFORM golang:${{GO}}-alpine AS Build
RUN --mount=type=bind,from=ghcr.io/team/tools:2,target=/tools <<EOF
FROM nothing:1
EOF
# FROM comment:1
COPY --from=build /x /x
COPY --from=0 /x /x
COPY --chown=1:1 --from=busybox:1.36 /bin/sh /bin/sh
FROM build AS test
FROM scratch AS empty
FROM quay.io/team/base:${{UNSET}} AS unset
from $BASE \\
  as final
RUN echo \\
  # a comment between
  FROM inside:1
FROM registry.example.org:5000/team/web:1.2@{DIGEST}
"""

COMPOSE = f"""x-base: &base
  restart: always
  image: redis:7
services:
  web:
    build: .
    image: ghcr.io/acme/web:1.0
  cache:
    <<: *base
  database:
    image: "${{DB_IMAGE:-postgres}}:${{DB_TAG:-16.3}}"
  other:
    image: acme/other:${{TAG}}
  pinned:
    image: docker.io/library/nginx@{DIGEST}
  inline:
    build:
      context: .
      additional_contexts:
        tools: docker-image://alpine:3.20
      dockerfile_inline: |
        FROM python:3.12
"""

GITHUB_ACTIONS = f"""on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: node:20
    services:
      database:
        image: postgres:16
    steps:
      - uses: actions/checkout@{COMMIT} # v4.1.7
      - uses: github/codeql-action/init@v3
      - uses: ./.github/actions/own
      - uses: docker://alpine:3.20
      - run: echo uses
      - uses: $UNKNOWN
  call:
    uses: acme/workflows/.github/workflows/release.yml@main
  own:
    uses: ./.github/workflows/other.yml
"""

KUBERNETES = f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  template:
    spec:
      initContainers:
        - name: first
          image: busybox
      containers:
        - name: web
          image: ghcr.io/acme/web:1.2@{DIGEST}
---
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    spec:
      jobTemplate:
        spec:
          template:
            spec:
              containers:
                - image: acme/job:3
---
apiVersion: v1
kind: ConfigMap
data:
  image: not/an-image:1
---
apiVersion: acme.example.org/v1
kind: Database
spec:
  image: postgres:16
  other:
    image: logo
"""

FLUX = f"""apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: stable
spec:
  url: https://charts.example.org/stable/
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
spec:
  chart:
    spec:
      chart: redis
      version: 19.1.0
      sourceRef:
        kind: HelmRepository
        name: stable
  values:
    image:
      registry: quay.io
      repository: acme/redis
      tag: 7.2
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
spec:
  url: oci://ghcr.io/acme/charts/app-template
  layerSelector:
    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
  ref:
    tag: 3.7.1
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
spec:
  url: oci://ghcr.io/acme/manifests
  ref:
    digest: {DIGEST}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
spec:
  url: ssh://git@github.com/acme/fleet.git
  ref:
    branch: main
"""

ARGO = """apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  source:
    repoURL: https://charts.example.org
    chart: redis
    targetRevision: 19.*
    helm:
      values: |
        image: acme/redis:7
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
spec:
  template:
    spec:
      sources:
        - repoURL: https://github.com/acme/apps
          targetRevision: v2
          path: "{{path}}"
        - repoURL: "{{url}}"
---
apiVersion: helm.cattle.io/v1
kind: HelmChart
spec:
  chart: traefik
  repo: https://helm.example.org
  version: 28.0.0
"""

KUSTOMIZATION = """resources:
  - deployment.yaml
  - https://raw.githubusercontent.com/acme/operator/v1.4.0/deploy/all.yaml
  - https://github.com/acme/crds/releases/download/v2.0.0/crds.yaml
  - github.com/acme/base//overlays/prod?ref=v3
  - https://example.org/files/extra.yaml?token=secret
images:
  - name: web
    newName: ghcr.io/acme/web
    newTag: "1.2"
  - name: untouched
helmCharts:
  - name: redis
    repo: https://charts.example.org
    version: 19.1.0
"""

TERRAFORM = """terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0" # not 6
    }
    own = { source = "registry.example.org/acme/own", version = "1.2.3" }
    random = ">= 3"
  }
}
/* module "commented" { source = "a/b/c" } */
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
  tags = {
    name = "x ${var.a["b"]} }"
  }
}
module "git" {
  source = "git::https://token@github.com/acme/modules.git//network?ref=v1.2.0"
}
module "near" {
  source = "./modules/near"
}
module "archive" {
  source = "https://example.org/modules/archive.zip?token=secret"
}
resource "aws_instance" "web" {
  user_data = <<-EOF
    module "text" {
      source = "not/a/module"
    }
    EOF
}
provider "google" {
  version = "4.1.0"
}
"""

TERRAFORM_JSON = """{
  "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}},
  "module": [{"vpc": {"source": "terraform-aws-modules/vpc/aws", "version": "5.8.1"}}]
}
"""

TERRAFORM_LOCK = """# This file is maintained automatically by "terraform init".
provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.50.0"
  constraints = "~> 5.0"
  hashes = [
    "h1:abc=",
    "zh:0123",
  ]
}

provider "registry.example.org/acme/own" {
  version = "1.2.3"
}
"""

HELM_CHART = """apiVersion: v2
name: shop
version: 0.3.0
dependencies:
  - name: postgresql
    version: ~15.2.0
    repository: https://user:secret@charts.example.org/stable
  - name: common
    version: 2.19.0
    repository: oci://registry.example.org/charts
  - name: own
    version: 0.1.0
    repository: file://../own
  - name: alias
    version: 1.0.0
    repository: "@team"
"""

HELM_LOCK = """dependencies:
- name: postgresql
  repository: https://charts.example.org/stable
  version: 15.2.5
- name: common
  repository: oci://registry.example.org/charts
  version: 2.19.0
digest: sha256:0123
generated: "2024-05-01T10:00:00Z"
"""

HELM_VALUES = f"""image:
  registry: ghcr.io
  repository: acme/web
  tag: "1.10"
sidecar:
  image: busybox:1.36
other:
  image:
    repository: acme/other
pinned:
  image: {{repository: acme/pinned, digest: "{DIGEST}"}}
chart:
  repository: https://charts.example.org
"""

ANSIBLE_REQUIREMENTS = """roles:
  - name: geerlingguy.docker
    version: 7.1.0
  - src: https://github.com/acme/ansible-role-web.git
    scm: git
    version: v2
  - geerlingguy.pip
  - include: other.yml
collections:
  - community.general
  - name: ansible.posix
    version: ">=1.5"
  - name: https://github.com/acme/collection.git
    type: git
    version: main
  - name: acme.own
    version: 1.0.0
    source: https://hub.example.org/
"""

ANSIBLE_GALAXY = """namespace: acme
name: tools
version: 1.2.0
dependencies:
  community.general: ">=8.0.0"
  ansible.posix: 1.5.4
"""

ANSIBLE_ROLE = """galaxy_info:
  role_name: web
  namespace: acme
dependencies:
  - role: geerlingguy.docker
  - geerlingguy.pip,2.0.0
"""

PRE_COMMIT = """repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.6.0
    hooks:
      - id: trailing-whitespace
  - repo: https://git.example.org/team/hooks
    rev: 0123abc
    hooks:
      - id: own
        additional_dependencies: [something==1]
  - repo: local
    hooks:
      - id: types
        language: python
        additional_dependencies: [mypy==1.10.0, types-requests>=2]
      - id: style
        language: node
        additional_dependencies: ["prettier@3.2.5"]
"""

GITMODULES = """[submodule "lib/one"]
\tpath = lib/one
\turl = https://user:secret@github.com/acme/one.git
\tbranch = stable
[submodule "two"]
\tpath = two
\turl = ../two.git
[submodule "three"]
\tpath = three
\turl = git@git.example.org:acme/three.git
"""

SEEDS: dict[str, str] = {
    "dockerfile": DOCKERFILE,
    "compose": COMPOSE,
    "github-actions": GITHUB_ACTIONS,
    "kubernetes": KUBERNETES,
    "kustomization": KUSTOMIZATION,
    "terraform": TERRAFORM,
    "terraform-json": TERRAFORM_JSON,
    "terraform-lock": TERRAFORM_LOCK,
    "helm-chart": HELM_CHART,
    "helm-lock": HELM_LOCK,
    "helm-values": HELM_VALUES,
    "ansible-requirements": ANSIBLE_REQUIREMENTS,
    "ansible-galaxy": ANSIBLE_GALAXY,
    "ansible-role": ANSIBLE_ROLE,
    "pre-commit": PRE_COMMIT,
    "gitmodules": GITMODULES,
}
MORE: dict[str, str] = {"flux": FLUX, "argo": ARGO}
"""Further files that the format `kubernetes` reads."""
