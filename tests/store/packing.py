"""Manifests and inventories to keep in a store."""

from opsroom.model.inventory import Inventory, InventoryFile
from opsroom.model.manifest import Manifest, Unread
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published
from opsroom.model.scan import Skipped

NPM = "package-lock@1"
Key = tuple[str, str]


def digest(number: int) -> str:
    return f"{number:064x}"


def package(name: str, version: str = "1.0.0", **more: object) -> Package:
    return Package(purl=f"pkg:npm/{name}", version=version, **more)  # type: ignore[arg-type]  # a test's own words


LOCK = Manifest(
    packages=(
        package("web", "2.0.0", direct=True, constraint="^2", line=3),
        package("%40a/b", direct=False, dev=True, origin="git+https://example.org/b", part="lib"),
        package("web", "1.9.0", direct=None),
        Package(purl="pkg:docker/redis", version="7", digest="sha256:" + "a" * 64),
    ),
    edges=((0, 1), (1, 2)),
    publishes=(
        Published("pkg:npm/ours", "0.1.0", True, 2, home="git+https://a.org/b/c", part="web"),
    ),
    unread=(Unread("a line in conflict", 40),),
    scripts=("postinstall", "web@2.0.0: preinstall"),
    mentions=(Mention("address", "git+https://a.org/b/c", 7, "v1"), Mention("host", "h.arpa:80")),
)


def inventory(*files: InventoryFile, commit: str = "c" * 40) -> Inventory:
    return Inventory(commit=commit, files=files, skipped=(Skipped(reason="too large", count=2),))


def at(path: str, number: int = 1, format: str = NPM, reason: str | None = None) -> InventoryFile:  # noqa: A002 - as its field is called
    return InventoryFile(path, format, digest(number), reason)
