"""Objects of Kubernetes: under which names they answer, where they go, what they were made from.

- Names: of Ingress, routes and gateways (of the Gateway API, Istio, Traefik, OpenShift), of
  Services whose namespace is told, and of the ingress that values of a release ask for.
- Environments: the cluster that an Application of Argo CD is for, where it has a name.
- Sources: annotations and labels that name a repository, also of entities of Backstage.
"""

import re
from collections.abc import Callable, Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.network_names import asked
from opsroom.observe.reading.served_names import in_values, ruled, serving
from opsroom.observe.reading.sources import sources
from opsroom.observe.reading.tree_walks import below, each, mappings, readable, texts
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node

OBJECT = re.compile(rb"^[ \t-]*[\"']?apiVersion[\"']?[ \t]*:|\"apiVersion\"[ \t]*:", re.MULTILINE)
WANTED = re.compile(
    rb"Ingress|Route|Gateway|VirtualService|Service|HelmRelease|Application|HelmChart|image\.source|"
    rb"source-location|project-slug|external-dns"
)
SILENT = frozenset({"CustomResourceDefinition", "ConfigMap", "Secret"})
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
EXTERNAL_DNS = "external-dns.alpha.kubernetes.io/hostname"
OWN_CLUSTER = "in-cluster"

Found = Iterator[Mention]


def _ingress(item: Entries) -> Found:
    for rule, _ in each(below(item, "spec"), "rules"):
        yield from _texts(rule, "host")


def _hostnames(item: Entries) -> Found:
    yield from _texts(below(item, "spec"), "hostnames")


def _gateway(item: Entries) -> Found:
    for listener, _ in each(below(item, "spec"), "listeners"):
        yield from _texts(listener, "hostname")


def _istio_gateway(item: Entries) -> Found:
    for server, _ in each(below(item, "spec"), "servers"):
        for written, line in texts(server, "hosts"):
            yield from serving(written.rpartition("/")[2], line)


def _istio_hosts(item: Entries) -> Found:
    yield from _texts(below(item, "spec"), "hosts")


def _traefik(item: Entries) -> Found:
    for route, _ in each(below(item, "spec"), "routes"):
        for written, line in texts(route, "match"):
            yield from ruled(written, line)


def _route(item: Entries) -> Found:
    yield from _texts(below(item, "spec"), "host")


def _inside(item: Entries) -> Found:
    metadata = below(item, "metadata")
    name, namespace = words(metadata.get("name")), words(metadata.get("namespace"))
    external = words(below(item, "spec").get("type")) == "ExternalName"
    if LABEL.fullmatch(name) and LABEL.fullmatch(namespace) and not external:
        for shown in (f"{name}.{namespace}.svc", f"{name}.{namespace}"):
            yield Mention("host", shown, metadata.lines["name"], serves=True)


def _release(item: Entries) -> Found:
    values = below(item, "spec", "values")
    yield from in_values(values, words(below(item, "metadata").get("name")))


def _argo(item: Entries) -> Found:
    spec = below(item, "spec")
    if words(item.get("kind")) == "ApplicationSet":
        spec = below(spec, "template", "spec")
    yield from in_values(below(spec, "source", "helm", "valuesObject"))
    destination = below(spec, "destination")
    for key in ("name", "server"):
        written = words(destination.get(key))
        name = asked(re.sub(r"^https?://|/.*$", "", written)) if key == "server" else written
        if name and name != OWN_CLUSTER and "{{" not in name and name.isprintable():
            yield Mention("environment", name, destination.lines[key])


def _texts(node: Node, key: str) -> Found:
    for written, line in texts(node, key):
        yield from serving(written, line)


KINDS: dict[tuple[str, str], Callable[[Entries], Found]] = {
    ("networking.k8s.io", "Ingress"): _ingress,
    ("extensions", "Ingress"): _ingress,
    **{
        ("gateway.networking.k8s.io", kind): _hostnames
        for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute")
    },
    ("gateway.networking.k8s.io", "Gateway"): _gateway,
    ("networking.istio.io", "Gateway"): _istio_gateway,
    ("networking.istio.io", "VirtualService"): _istio_hosts,
    ("traefik.io", "IngressRoute"): _traefik,
    ("traefik.containo.us", "IngressRoute"): _traefik,
    ("route.openshift.io", "Route"): _route,
    ("", "Service"): _inside,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _release,
    ("argoproj.io", "Application"): _argo,
    ("argoproj.io", "ApplicationSet"): _argo,
}
"""By group and kind; the version of the group doesn't matter."""


def _objects(node: Node) -> Iterator[Entries]:
    """The objects of a document, those of lists one by one."""
    items = node.get("items") if isinstance(node, Entries) else None
    if isinstance(node, Entries) and words(node.get("kind")).endswith("List"):
        for item in items if isinstance(items, Items) else ():
            yield from _objects(item)
    elif isinstance(node, Entries) and words(node.get("apiVersion")):
        yield node


def _mentions(item: Entries) -> Found:
    kind = words(item.get("kind"))
    if kind in SILENT:
        return
    group = words(item["apiVersion"]).rpartition("/")[0]
    if reads := KINDS.get((group, kind)):
        yield from reads(item)
    for key, mapping in mappings(item):
        if key in ("annotations", "labels"):
            yield from sources(mapping)
            for written, line in texts(mapping, EXTERNAL_DNS):
                for name in written.split(","):
                    yield from serving(name, line)


def parse(path: str, content: bytes) -> Manifest:
    """Read the objects of a YAML file; one that holds none is of another kind."""
    if not OBJECT.search(content) or not WANTED.search(content):
        return Manifest()
    found = [
        mention
        for document in readable(content)
        for item in _objects(document)
        for mention in _mentions(item)
    ]
    return manifest_of(found)


FORMAT = Format(names=("*.yaml", "*.yml"), kind="kubernetes", parse=parse, beside=True)
