"""One small true file of each format that reads names which are no packages."""

COMMIT = "0123456789abcdef0123456789abcdef01234567"

SEEDS: dict[str, str] = {
    "urls": """# https://github.com/none/comment.git
API_URL=https://kim:secret@api.acme.dev/v1?token=1
DB_HOST=db.acme.dev
LISTEN_HOST=own.acme.dev
git clone https://github.com/acme/tools
curl -fsSL https://raw.githubusercontent.com/acme/tools/v1.2/install.sh | sh  # and more
echo "see https://github.com/acme/none/archive/v1.zip"
homepage: https://github.com/acme/none
source: https://git.acme.dev/acme/config
go install github.com/acme/lint/cmd/lint@v2
gh release download --repo acme/cli -p x
# renovate: datasource=github-releases depName=acme/agent
AGENT=1.0
""",
    "cluster-names": """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {external-dns.alpha.kubernetes.io/hostname: "x.acme.dev"}}
spec:
  rules:
    - host: shop.acme.dev
    - host: "{{ .Values.host }}"
---
apiVersion: v1
kind: Service
metadata:
  namespace: shop
  name: web
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
spec:
  hostnames: [api.acme.dev, "*.apps.acme.dev"]
---
apiVersion: networking.istio.io/v1
kind: Gateway
spec:
  servers:
    - hosts: [ns/mesh.acme.dev]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
spec:
  routes:
    - match: Host(`a.acme.dev`) && PathPrefix(`/x.acme.dev`) || Host(`b.acme.dev`, `c.acme.dev`)
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: wiki}
spec:
  values:
    other: {host: none.acme.dev}
    ingress:
      main:
        hosts:
          - host: "{{ .Release.Name }}.acme.dev"
---
apiVersion: argoproj.io/v1alpha1
kind: Application
spec:
  destination:
    name: production
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    metadata:
      annotations:
        org.opencontainers.image.source: https://github.com/acme/web
---
apiVersion: v1
kind: List
items:
  - apiVersion: networking.istio.io/v1
    kind: VirtualService
    spec: {hosts: [inner.acme.dev, web]}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
spec:
  template:
    spec:
      destination: {server: "https://cluster.acme.dev:6443"}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
spec:
  listeners:
    - {name: web, hostname: edge.acme.dev}
---
apiVersion: route.openshift.io/v1
kind: Route
spec: {host: route.acme.dev}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  annotations:
    github.com/project-slug: acme/component
    backstage.io/source-location: url:https://github.com/acme/other/tree/main/x
""",
    "compose-names": """services:
  web:
    labels:
      - "traefik.http.routers.web.rule=Host(`shop.acme.dev`)"
      - caddy=https://two.acme.dev
    environment:
      VIRTUAL_HOST: "${HOST:-three.acme.dev}:80,four.acme.dev"
      OTHER_HOST: five.acme.dev
  worker:
    build:
      context: .
      labels: {org.opencontainers.image.source: "https://github.com/acme/worker"}
    deploy:
      labels:
        traefik.http.routers.x.rule: Host(`${UNSET}`) || Host(`six.acme.dev`)
  other:
    labels:
      org.opencontainers.image.source: https://github.com/acme/other
      traefik.http.routers.y.rule: Host(`seven.acme.dev`)
""",
    "dockerfile-source": """FROM scratch
# LABEL org.opencontainers.image.source=https://github.com/acme/none
LABEL a=b \\
  org.opencontainers.image.source="https://github.com/acme/web.git" x=y
LABEL org.label-schema.vcs-url https://git.acme.dev/acme/web
""",
    "workflow-names": """jobs:
  deploy:
    environment:
      name: production
      url: https://shop.acme.dev/x
    steps:
      - uses: actions/checkout@v4
        with:
          repository: acme/config
          ref: v2
      - uses: actions/checkout@v4
        with: {repository: "${{ github.repository }}"}
  preview: {environment: "review-${{ github.ref }}"}
  docs: {environment: github-pages}
""",
    "gitlab-ci": """include:
  - project: acme/ci/templates
    ref: v1
    file: /x.yml
  - remote: https://git.acme.dev/acme/ci/-/raw/main/y.yml
  - local: z.yml
  - component: $CI_SERVER_FQDN/acme/parts/lint@1.0
  - component: gitlab.com/acme/more/test@~latest
deploy:
  environment: {name: production, url: "https://shop.acme.dev"}
review:
  environment: review/$CI_COMMIT_REF_SLUG
below:
  trigger: {project: acme/below, branch: main}
again:
  trigger: acme/again
""",
    "azure-pipelines": """resources:
  repositories:
    - {repository: t, type: github, name: acme/templates, ref: refs/tags/v1}
    - {repository: u, type: git, name: project/inner}
stages:
  - jobs:
      - deployment: web
        environment: staging
""",
    "template-answers": f"""_commit: {COMMIT}
_src_path: gh:acme/template
name: web
""",
    "renovate": """{
  // "github>acme/none"
  "extends": ["config:recommended", "github>acme/presets//folder/base#v1", "local>acme/own:x"],
  "other": ["gitlab>acme/group/more"]
}
""",
    "flake-lock": f"""{{
  "nodes": {{
    "deep": {{
      "locked": {{"owner": "acme", "repo": "deep", "rev": "{COMMIT}", "type": "github"}}
    }},
    "nixpkgs": {{
      "locked": {{"owner": "NixOS", "repo": "nixpkgs", "rev": "{COMMIT}", "type": "github"}}
    }},
    "own": {{
      "locked": {{"rev": "{COMMIT}", "type": "git", "url": "ssh://git@git.acme.dev/acme/own"}}
    }},
    "root": {{
      "inputs": {{"nixpkgs": "nixpkgs", "own": "own", "followed": ["nixpkgs", "x"]}}
    }}
  }},
  "root": "root",
  "version": 7
}}
""",
    "mise": """[tools]
node = "20"
"aqua:acme/cli" = "1.2"
# "ubi:acme/none" = "1"
"ubi:acme/agent[exe=x]" = { version = "latest" }
""",
    "web-servers": """upstream app {
  server app.acme.dev:8080 weight=2;
  server unix:/run/x.sock;
}
server {
  # server_name none.acme.dev;
  server_name shop.acme.dev *.shop.acme.dev _;
}
<VirtualHost *:80>
  ServerName old.acme.dev:80
""",
    "caddyfile": """{
	email kim@acme.dev
}
shop.acme.dev, https://two.acme.dev:8443 {
	handle inner.acme.dev {
		reverse_proxy api.acme.dev:8080 {
			header_up Host x
		}
	}
}
# none.acme.dev {
:80 {
}
""",
    "traefik-rules": """http:
  routers:
    web:
      rule: "Host(`shop.acme.dev`) || HostSNI(`two.acme.dev`)"
      # rule: Host(`none.acme.dev`)
""",
    "cloudflared": """tunnel: x
ingress:
  - hostname: shop.acme.dev
    service: http://web:80
  - service: http_status:404
""",
    "pages-cname": "pages.acme.dev\n",
    "helm-hosts": """image: {host: none.acme.dev}
ingress:
  hosts:
    - {host: shop.acme.dev}
    - two.acme.dev
gateway:
  hostname: three.acme.dev
""",
    "helmfile": """environments:
  default: {}
  production:
    values: [x]
  staging: {}
""",
}
