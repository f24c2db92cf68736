"""kustomization.yaml: what Kustomize takes from elsewhere.

Images that it puts in place of others (`pkg:docker/...`), charts (`pkg:helm/...`), and resources,
bases and components at addresses (`pkg:github/owner/name` and the like).
"""

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.charts import chart
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.images import image
from opsroom.observe.reading.remote_files import is_remote, remote_file
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, documents

REMOTE = ("resources", "bases", "components", "crds", "configurations")


def _image(entry: Entries) -> Package | Unread | None:
    name = words(entry.get("newName")) or words(entry.get("name"))
    tag, digest = words(entry.get("newTag")), words(entry.get("digest"))
    if not name or not (tag or digest or words(entry.get("newName"))):
        return None
    reference = f"{name}:{tag}" if tag else name
    return image(f"{reference}@{digest}" if digest else reference, entry.line)


def _read(top: Entries, contents: Contents) -> None:
    for key in REMOTE:
        listed = top.get(key)
        if isinstance(listed, Items):
            for written, line in zip(listed, listed.lines, strict=True):
                if is_remote(words(written)):
                    with contents.entry(line):
                        contents.put(remote_file(words(written), line))
    for key in ("images", "helmCharts"):
        listed = top.get(key)
        for entry in listed if isinstance(listed, Items) else ():
            if not isinstance(entry, Entries):
                continue
            with contents.entry(entry.line):
                if key == "images":
                    contents.put(_image(entry))
                else:
                    asked, place = words(entry.get("version")), words(entry.get("repo"))
                    contents.put(chart(words(entry.get("name")), asked, place, entry.line))


def parse(path: str, content: bytes) -> Manifest:
    """Read a kustomization."""
    contents = Contents()
    for node in documents(content):
        if isinstance(node, Entries):
            _read(node, contents)
        elif node is not None:
            raise NotUnderstood("no mapping: it is no kustomization")
    return contents.manifest()


FORMAT = Format(
    names=("kustomization.yaml", "kustomization.yml", "Kustomization"),
    kind="kubernetes",
    parse=parse,
    revision=2,
)
