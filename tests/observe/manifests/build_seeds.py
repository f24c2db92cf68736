"""One small true file of each format that says what images and charts are made."""

BUILD_SCRIPTS = """# docker push acme/comment:1
REGISTRY ?= quay.io
ORG := acme
IMAGE = $(REGISTRY)/$(ORG)/api
TAG ?= $(shell git describe)

build:
\tdocker build --pull \\
\t  -t $(IMAGE):$(TAG) -f build/Dockerfile ./api
\tdocker buildx build --push --tag=ghcr.io/acme/tools:1.2 tools
\tdocker build -t web .
\tpodman push localhost/web quay.io/acme/web:latest && docker push localhost:5000/acme/web
\tdocker push $(SOMEWHERE)/acme/web
\tbuildah bud -t "$${UNSET:-quay.io/acme/default}" . > /dev/null
\thelm push dist/gateway-0.4.1.tgz oci://quay.io/acme/charts
\tKO_DOCKER_REPO=quay.io/acme/ko ko build --bare ./cmd/server
\tdocker run nginx:1.25
"""

GITLAB_PIPELINE = """variables:
  IMAGE: registry.example.org/team/web
  SUFFIX: "$CI_COMMIT_SHORT_SHA"
build:
  image: gcr.io/kaniko-project/executor:debug
  script:
    - /kaniko/executor
      --context "$CI_PROJECT_DIR"
      --destination "$CI_REGISTRY_IMAGE/worker:$CI_COMMIT_TAG"
    - docker build -t "$IMAGE:$SUFFIX" -t $UNKNOWN/x services/web
    - docker push "$IMAGE" 2>&1 | tee log
"""

ACTIONS_THAT_BUILD = """on:
  workflow_call:
    inputs:
      image: {default: "${{ github.event.repository.name }}-site"}
      other: {required: true}
env:
  REGISTRY: ghcr.io
  NAME: ${{ github.repository }}
jobs:
  image:
    strategy:
      matrix:
        include:
          - {name: api, path: ./services/api}
          - {name: web, path: services/web}
    env:
      FULL: ${{ env.REGISTRY }}/acme/${{ matrix.name }}
    steps:
      - run: echo "LOWER=${GITHUB_REPOSITORY,,}" >> $GITHUB_ENV
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: |
            ${{ env.REGISTRY }}/${{ env.NAME }}
            name=quay.io/acme/${{ matrix.name }},enable=true
            ${{ secrets.REGISTRY }}/hidden
      - uses: docker/build-push-action@v5
        with:
          push: true
          context: ${{ matrix.path }}
          tags: ${{ steps.meta.outputs.tags }},acme/x-${{ matrix.name }}:${{ github.sha }}
      - uses: docker/build-push-action@v5
        with: {tags: "acme/only-loaded:ci", load: true}
      - uses: docker/build-push-action@v5
        with:
          outputs: type=image,"name=ghcr.io/${{ env.LOWER }}/cache",push-by-digest=true
      - run: |
          docker build -t $FULL:1 ./app

          docker push "$FULL:$TAG"
          helm push web-1.2.3.tgz oci://${{ env.REGISTRY }}/${{ github.repository_owner }}/charts
  site:
    strategy: {matrix: {os: [alpine, debian], version: [1, 2]}}
    steps:
      - uses: docker/build-push-action@v5
        with:
          push: ${{ github.event_name != 'pull_request' }}
          tags: |
            docker.io/${{ github.repository_owner }}/${{ inputs.image }}:${{ matrix.version }}
            quay.io/acme/${{ matrix.os }}-${{ inputs.other }}
"""

ACTIONS_THAT_PUSH = """inputs: {image: {default: acme/tool}}
runs:
  using: composite
  steps:
    - uses: docker/build-push-action@v5
      env: {TAG: "${{ inputs.image }}:1"}
      with: {push: true, context: a, tags: "${{ env.TAG }}", outputs: type=image}
    - id: x
      run: docker push ${{ inputs.image }}-two
"""

DOCKER_BAKE = """variable "REGISTRY" {
  default = "ghcr.io/acme"
}
variable "TAG" {}
group "default" { targets = ["api"] }
target "api" {
  context = "api"
  tags = [
    "${REGISTRY}/api:${TAG}",
    "${OTHER}/api",
  ]
}
target "web" {
  tags = ["docker.io/acme/web:1.0"]
}
"""

GORELEASER = """project_name: tool
dockers:
  - image_templates:
      - "ghcr.io/acme/{{ .ProjectName }}:{{ .Tag }}-amd64"
      - "{{ .Env.REGISTRY }}/tool"
docker_manifests:
  - name_template: acme/tool:latest
kos:
  - repository: quay.io/acme/tool
"""

SKAFFOLD = """apiVersion: skaffold/v4beta6
kind: Config
build:
  artifacts:
    - image: gcr.io/acme/frontend
      context: src/frontend
    - image: local
profiles:
  - name: prod
    build:
      artifacts:
        - image: gcr.io/acme/loader
"""

WOODPECKER = """steps:
  - name: publish
    image: woodpeckerci/plugin-docker-buildx:2
    settings:
      registry: https://registry.example.org
      repo: team/${CI_REPO_NAME}
      tags: latest
  - name: other
    image: docker:24
    commands:
      - IMAGE=registry.example.org/team/other
      - docker push registry.example.org/team/second:1
  - name: none
    image: node:20
    settings: {repo: acme/none}
"""

SEEDS: dict[str, str] = {
    "build-scripts": BUILD_SCRIPTS,
    "docker-bake": DOCKER_BAKE,
    "goreleaser": GORELEASER,
    "skaffold": SKAFFOLD,
    "woodpecker": WOODPECKER,
    "gitlab-pipeline": GITLAB_PIPELINE,
    "actions-that-build": ACTIONS_THAT_BUILD,
    "actions-that-push": ACTIONS_THAT_PUSH,
}
