"""A manifest in lines of text, to be compared with what it should be."""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package


def told(manifest: Manifest) -> list[str]:
    """Each package in a line: `line purl@version [constraint] (direct, dev) <- origin //part`."""
    return [_package(package) for package in manifest.packages]


def edges_of(manifest: Manifest) -> list[str]:
    """Each edge as `name@version > name@version`."""
    names = [f"{each.purl.split('/', 1)[1]}@{each.version}" for each in manifest.packages]
    return [f"{names[one]} > {names[other]}" for one, other in manifest.edges]


def published(manifest: Manifest) -> list[str]:
    """What is published: `line purl@version private <- home //part`."""
    return [
        f"{each.line} {each.purl}@{each.version}{' private' if each.private else ''}"
        f"{f' <- {each.home}' if each.home else ''}{f' //{each.part}' if each.part else ''}"
        for each in manifest.publishes
    ]


def unread(manifest: Manifest) -> list[str]:
    """What was not read: `line reason`."""
    return [f"{each.line} {each.reason}" for each in manifest.unread]


def _package(package: Package) -> str:
    direct = {True: "direct", False: "transitive", None: "?"}[package.direct]
    parts = [
        f"{package.line} {package.purl}@{package.version}",
        *([f"[{package.constraint}]"] if package.constraint else []),
        *([package.digest[:15]] if package.digest else []),
        f"({direct}{', dev' if package.dev else ''})",
        *([f"<- {package.origin}"] if package.origin else []),
        *([f"//{package.part}"] if package.part else []),
    ]
    return " ".join(parts)
