"""Helm charts: Chart.yaml, Chart.lock, values and a template."""

from opsroom.demo.catalogue import CHARTS, Plot
from opsroom.demo.contents.everywhere import Releases, Tree, hexadecimal

Wanted = tuple[str, str, str]
"""Name, version and repository of a chart."""

POSTGRES: Wanted = ("postgresql", "15.5.20", "oci://registry-1.docker.io/bitnamicharts")
REGISTRY = "oci://registry.home.arpa"

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
    spec:
      containers:
        - name: main
          image: registry.home.arpa/house/main:{{ .Values.image.tag }}
"""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a chart, and what it depends on, locked."""
    wanted = [POSTGRES]
    if CHARTS in plot.needs:
        wanted.append(("helm-charts", releases(CHARTS).version, f"{REGISTRY}/{CHARTS}"))
    folder = f"charts/{plot.name}"
    listed = "".join(
        f"  - name: {name}\n    version: {version}\n    repository: {repository}\n"
        for name, version, repository in wanted
    )
    locked = "".join(
        f"- name: {name}\n  repository: {repository}\n  version: {version}\n"
        for name, version, repository in wanted
    )
    digest = hexadecimal(*(each for entry in wanted for each in entry))
    return {
        f"{folder}/Chart.yaml": (
            f"apiVersion: v2\nname: {plot.name}\ndescription: {plot.about}\nversion: 1.{step}.0\n"
            f'appVersion: "1.{step}.0"\ndependencies:\n{listed}'
        ),
        f"{folder}/Chart.lock": (
            f"dependencies:\n{locked}digest: sha256:{digest}\n"
            'generated: "2024-06-03T19:12:44.201764+02:00"\n'
        ),
        f"{folder}/values.yaml": f"replicas: 2\nimage:\n  tag: 1.{step}.0\n",
        f"{folder}/templates/deployment.yaml": DEPLOYMENT,
    }
