"""Files and folders at addresses that manifests include, as packages: which repository, which ref.

https://raw.githubusercontent.com/owner/name/v1.2/install.yaml
https://github.com/owner/name/releases/download/v1.2/install.yaml
https://github.com/owner/name//config?ref=v1.2
"""

import re

from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.reading import origins
from opsroom.observe.reading.git_urls import git_source
from opsroom.observe.reading.purls import purl

NAMED = r"(?P<owner>[A-Za-z0-9_.-]+)/(?P<name>[A-Za-z0-9_.-]+)"
REF = r"(?:refs/(?:heads|tags)/)?(?P<ref>[^/?#]+)"
OF_GITHUB = (
    re.compile(rf"https?://raw\.githubusercontent\.com/{NAMED}/{REF}/(?P<part>.+)"),
    re.compile(rf"https?://github\.com/{NAMED}/releases/download/{REF}/.+"),
    re.compile(rf"https?://github\.com/{NAMED}/(?:raw|blob|tree)/{REF}(?:/(?P<part>.*))?"),
    re.compile(rf"https?://github\.com/{NAMED}/releases/(?P<ref>latest)/download/.+"),
)
HOST = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}/.+")
ASKED = re.compile(r"[?&](?:ref|version)=(?P<ref>[^&#]+)")
FILE = re.compile(r"\.(?:ya?ml|json|zip|tgz|tar\.gz|tar\.xz|tar\.bz2)$", re.IGNORECASE)


def is_remote(written: str) -> bool:
    """Whether this is an address and not a path."""
    return (
        "://" in written
        or "::" in written
        or written.startswith("git@")
        or bool(
            HOST.match(written)
            and written.partition("/")[0].endswith((".com", ".org", ".io", ".net"))
        )
    )


def remote_file(written: str, line: int = 0) -> Package:
    """What stands at an address.

    Raises:
        NotUnderstood: it names nothing.
    """
    for pattern in OF_GITHUB:
        if match := pattern.fullmatch(written):
            version, asked = match["ref"], ""
            if version == "latest":
                version, asked = "", "latest"
            return Package(
                purl=purl("github", match["name"], match["owner"]),
                version=version,
                constraint=asked,
                direct=True,
                origin=origins.download(written),
                line=line,
                part=_part(match.groupdict().get("part") or ""),
            )
    ref = ASKED.search(written)
    bare = re.split(r"[?#]", written, maxsplit=1)[0]
    if FILE.search(bare) and bare.startswith(("http://", "https://")) and not ref:
        origin = origins.download(bare)
        name = bare.rstrip("/").rpartition("/")[2]
        address = origin.removeprefix("url:")
        found = purl("generic", name, download_url=address)
        return Package(found, direct=True, origin=origin, line=line)
    return git_folder(bare, ref["ref"] if ref else "", line)


def git_folder(address: str, ref: str, line: int = 0) -> Package:
    """A folder of a Git repository: `https://host/owner/name//folder`, `host/owner/name`.

    Of GitHub all behind the name is the folder, as one slash is enough there.

    Raises:
        NotUnderstood: it names nothing.
    """
    address = re.sub(r"^git::", "", address)
    scheme, separator, rest = address.rpartition("://")
    if not separator and not address.startswith("git@"):
        scheme, separator = "https", "://"
    rest, _, folder = rest.partition("//")
    if re.match(r"(?:www\.)?github\.com/", rest):
        named = rest.removeprefix("www.").split("/")
        rest = "/".join(named[:3])
        folder = "/".join((*named[3:], folder))
    source = git_source(f"{scheme}{separator}{rest}")
    origin, part = source.origin, _part(folder)
    return Package(source.purl, ref, direct=True, origin=origin, line=line, part=part)


def _part(path: str) -> str:
    return plain(re.split(r"[?#]", path, maxsplit=1)[0].strip("/"))
