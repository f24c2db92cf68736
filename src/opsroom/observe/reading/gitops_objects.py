"""Objects of Flux, Argo CD and K3s that name charts and repositories, as packages."""

from collections.abc import Callable, Iterator, Mapping

from opsroom.model.manifest import Unread
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.charts import chart, chart_at
from opsroom.observe.reading.git_urls import git_source
from opsroom.observe.reading.images import UNSETTLED, image
from opsroom.observe.reading.values import rows, words
from opsroom.observe.reading.values_images import images_in
from opsroom.observe.reading.yaml_text import Entries, Node, document

Found = Iterator[Package | Unread]
REFS = ("digest", "commit", "tag", "semver", "branch", "name")
HELM = "HelmRepository"
CHART = "application/vnd.cncf.helm.chart"
EMPTY = Entries()


def _below(node: Node, *keys: str) -> Entries:
    for key in keys:
        node = node.get(key) if isinstance(node, Entries) else None
    return node if isinstance(node, Entries) else EMPTY


def _flux_release(item: Entries, addresses: Mapping[str, str]) -> Found:
    wanted = _below(item, "spec", "chart", "spec")
    if name := words(wanted.get("chart")):
        source = words(_below(wanted, "sourceRef").get("name"))
        kind = words(_below(wanted, "sourceRef").get("kind"))
        line = wanted.lines["chart"]
        if kind == "GitRepository" and (place := addresses.get(f"{kind}/{source}")):
            yield _git(place, "", line, name)
        elif name.startswith(("./", "/")) or kind in ("GitRepository", "Bucket"):
            address = name if name.startswith(".") else f"./{name}"
            name = name.rstrip("/").rpartition("/")[2]
            yield chart(name, words(wanted.get("version")), address, line)
        else:
            yield chart(
                name, words(wanted.get("version")), addresses.get(f"{HELM}/{source}", ""), line
            )
    yield from images_in(_below(item, "spec", "values"))


def _flux_chart(item: Entries, addresses: Mapping[str, str]) -> Found:
    spec = _below(item, "spec")
    source = words(_below(spec, "sourceRef").get("name"))
    if name := words(spec.get("chart")):
        line = spec.lines["chart"]
        yield chart(name, words(spec.get("version")), addresses.get(f"{HELM}/{source}", ""), line)


def _flux_oci(item: Entries, addresses: Mapping[str, str]) -> Found:
    spec, ref = _below(item, "spec"), _below(item, "spec", "ref")
    address = words(spec.get("url"))
    if not address.startswith("oci://"):
        return
    line = spec.lines["url"]
    asked = words(ref.get("tag")) or words(ref.get("semver"))
    if words(_below(spec, "layerSelector").get("mediaType")).startswith(CHART):
        yield chart_at(address, asked, line)
        return
    digest = words(ref.get("digest"))
    tag = words(ref.get("tag"))
    reference = address.removeprefix("oci://") + (f":{tag}" if tag else "")
    yield image(reference + (f"@{digest}" if digest else ""), line, constraint=asked)


def _flux_git(item: Entries, addresses: Mapping[str, str]) -> Found:
    spec, ref = _below(item, "spec"), _below(item, "spec", "ref")
    if address := words(spec.get("url")):
        asked = next((said for key in REFS if (said := words(ref.get(key)))), "")
        yield _git(address, asked, spec.lines["url"])


def _git(address: str, ref: str, line: int, folder: str = "") -> Package:
    source = git_source(address)
    part = plain(folder.removeprefix("./").strip("/")).strip(".")
    return Package(source.purl, ref, direct=True, origin=source.origin, line=line, part=part)


def _argo(item: Entries, addresses: Mapping[str, str]) -> Found:
    spec = _below(item, "spec")
    if words(item.get("kind")) == "ApplicationSet":
        spec = _below(spec, "template", "spec")
    for source in [spec.get("source"), *rows(spec.get("sources"))]:
        if isinstance(source, Entries):
            yield from _argo_source(source)


def _argo_source(source: Entries) -> Found:
    address, name = words(source.get("repoURL")), words(source.get("chart"))
    asked, line = words(source.get("targetRevision")), source.lines.get("repoURL", source.line)
    if UNSETTLED.search(address + name):
        yield Unread("a source that generators of its ApplicationSet decide", line)
    elif name:
        registry = address if "://" in address else f"oci://{address}"
        yield chart(name, asked, registry, source.lines["chart"])
    elif address:
        folder = words(source.get("path"))
        yield _git(
            address,
            "" if UNSETTLED.search(asked) else asked,
            line,
            "" if UNSETTLED.search(folder) else folder,
        )
    helm = _below(source, "helm")
    yield from images_in(_below(helm, "valuesObject"))
    yield from _written(helm, "values")


def _written(holder: Entries, key: str) -> Found:
    """Images of values that are YAML within a text; all stand at the line of the text."""
    written = holder.get(key)
    if not isinstance(written, str):
        return
    line = holder.lines[key]
    try:
        values = document(written.encode())
    except NotUnderstood as error:
        yield Unread(f"values that can't be read: {error.message}", line)
        return
    for found in images_in(values):
        if isinstance(found, Unread):
            yield Unread(found.reason, line)
        else:
            yield Package(
                found.purl,
                found.version,
                direct=True,
                origin=found.origin,
                digest=found.digest,
                line=line,
            )


def _k3s(item: Entries, addresses: Mapping[str, str]) -> Found:
    spec = _below(item, "spec")
    if name := words(spec.get("chart")):
        asked, line = words(spec.get("version")), spec.lines["chart"]
        if "://" in name:
            yield chart_at(name, asked, line)
        else:
            yield chart(name, asked, words(spec.get("repo")), line)
    yield from _written(spec, "valuesContent")


def addresses_of(items: list[Entries]) -> dict[str, str]:
    """The addresses of Flux's repositories in a file, by `kind/name`."""
    return {
        f"{kind}/{words(_below(item, 'metadata').get('name'))}": words(
            _below(item, "spec").get("url")
        )
        for item in items
        if (kind := words(item.get("kind"))) in (HELM, "GitRepository")
    }


KINDS: dict[tuple[str, str], Callable[[Entries, Mapping[str, str]], Found]] = {
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _flux_release,
    ("source.toolkit.fluxcd.io", "HelmChart"): _flux_chart,
    ("source.toolkit.fluxcd.io", "OCIRepository"): _flux_oci,
    ("source.toolkit.fluxcd.io", "GitRepository"): _flux_git,
    ("argoproj.io", "Application"): _argo,
    ("argoproj.io", "ApplicationSet"): _argo,
    ("helm.cattle.io", "HelmChart"): _k3s,
}
"""By group and kind; the version of the group doesn't matter."""


def sources_of(item: Entries, addresses: Mapping[str, str]) -> Found | None:
    """The charts, repositories and images that an object names; None: it is of another kind."""
    group = words(item.get("apiVersion")).rpartition("/")[0]
    reads = KINDS.get((group, words(item.get("kind"))))
    return reads(item, addresses) if reads else None
