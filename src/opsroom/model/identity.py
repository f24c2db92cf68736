"""Identity: which repository a clone is of, and what people call it.

A remote's URL names a repository by host and `owner/name`; a clone without such a remote is named
by its folder. URLs come out of strangers' repositories: they are bounded, and never opened here.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from ipaddress import IPv6Address
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from opsroom.model.value import Value

LONGEST_URL = 2_000
LONGEST_PART = 100
"""Characters of one part of a name; what is longer is cut."""

PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}
SCHEMES = {**{scheme: scheme for scheme in PORTS}, "git+ssh": "ssh", "ssh+git": "ssh"}
SAME_HOST = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
"""Hosts that answer SSH on port 443 for another one."""

SCP_LIKE = re.compile(r"(?![A-Za-z]:)(?:[^@/\s]*@)?(\[[^\]]+\]|[^@:/\s\[\]]+):(?!:)([^@]*)")
USER_OF_URL = re.compile(r"://([^/?#\s]*)@")
USER_OF_SCP = re.compile(r"([^/\s]*)@(?=[^/@\s]+:)")


class Address(NamedTuple):
    """A remote's URL, taken apart. `port` is None when it is the scheme's own."""

    scheme: str
    host: str
    port: int | None
    name: str


class Identity(Value):
    """What tells a repository from others.

    `host` (with a port that isn't the scheme's own) and `name` are those of its remote. Without a
    remote `host` is None and `name` is empty. `url` is where a person would open it; `path` is
    where its first clone stands.
    """

    key: str
    url: str | None = None
    host: str | None = None
    name: str = ""
    path: str = ""


def identity_of(url: str | None, path: str) -> Identity:
    """Tell from a remote's URL, or None, and from where the clone stands."""
    host, name = (remote_identity(url) if url else None) or (None, "")
    web = web_url(url) if url else None
    return Identity(key=key_of(url, path), url=web, host=host, name=name, path=path)


def remote_identity(url: str) -> tuple[str, str] | None:
    """Return `(host, "owner/name")`, None for a local path and for what isn't understood.

    The host is lower-cased and carries a port that isn't its scheme's own. The owner may have
    slashes (nested groups). Credentials, `.git` and slashes at the end are left out.
    """
    address = _address(url)
    if not address:
        return None
    port = f":{address.port}" if address.port else ""
    return f"{address.host}{port}", address.name


def key_of(url: str | None, path: str) -> str:
    """Return the key of a repository: `host/owner/name` in lower case, else `path:<path>`."""
    remote = remote_identity(url) if url else None
    return "/".join(remote).lower() if remote else f"path:{path}"


def web_url(url: str) -> str | None:
    """Return where a person would open the repository; None when that can't be told.

    The port of SSH says nothing about the web. A host without a dot is a name of this network,
    or of an SSH configuration, when it was reached by SSH.
    """
    address = _address(url)
    if not address:
        return None
    over_http = address.scheme in ("http", "https")
    if (address.scheme == "http" and address.port) or (not over_http and "." not in address.host):
        return None
    port = f":{address.port}" if over_http and address.port else ""
    return f"https://{address.host}{port}/{quote(address.name, safe='/~@+')}"


def in_uri(part: str) -> str:
    """Return a part of a name as URIs of resources write it: slashes of an owner are `%2F`."""
    return quote(part, safe="@")


def without_credentials(url: str) -> str:
    """Return a URL that can be shown: no user but a bare `git`, no password, query or fragment."""
    if "://" not in url:
        scp = USER_OF_SCP.match(url)
        return f"{_bare(scp[1])}{url[scp.end() :]}" if scp else url
    shown = USER_OF_URL.sub(lambda match: f"://{_bare(match[1])}", url)
    scheme, _, rest = shown.partition("://")
    if re.match(r"[^/?#@\[\]]*:[^/?#]*[^/?#0-9]", rest) and "@" in rest:
        rest = rest.rpartition("@")[2]  # a slash in a password ended the authority too early
    if scheme.lower() in ("http", "https"):
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    return f"{scheme}://{rest}"


def _bare(user: str) -> str:
    return "git@" if user == "git" else ""


def _address(url: str) -> Address | None:
    if len(url) > LONGEST_URL or not url.isprintable():
        return None
    if "://" in url:
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname or ""
        except ValueError:
            return None
        scheme, path = SCHEMES.get(parts.scheme.lower(), ""), parts.path
    else:
        scp = SCP_LIKE.fullmatch(url)
        scheme, host, port, path = "ssh", scp[1] if scp else "", None, scp[2] if scp else ""
    host, name = _host(host), _name(path)
    if not (scheme and host and name):
        return None
    same = SAME_HOST.get(host)
    return Address(scheme, same or host, None if same or port == PORTS[scheme] else port, name)


def _host(host: str) -> str:
    """Return a host in lower case, an IPv6 address in brackets; empty when it is none."""
    host = host.strip("[]").lower().removesuffix(".")
    if ":" in host:
        try:
            return f"[{IPv6Address(host)}]"
        except ValueError:
            return ""
    return host if re.fullmatch(r"\w[\w.-]*", host) else ""


def _name(path: str) -> str:
    """Return `owner/name` of a URL's path; empty when there is no owner or no name."""
    parts = [part for part in unquote(path).split("/") if part.strip() not in ("", ".")]
    if not parts or ".." in parts or not "".join(parts).isprintable():
        return ""
    if parts[-1].lower().endswith(".git"):
        parts[-1] = parts[-1][: -len(".git")]
    return "/".join(parts) if len(parts) > 1 and parts[-1] else ""


def names(identities: Sequence[Identity]) -> dict[str, str]:
    """Return a name for each key, unique without regard to case, whatever the order.

    `owner/name` or `local/<folder>`; those that clash get `@` and the host, or as many parent
    folders as tell them apart, and a hash of the key where nothing else does.
    """
    choices = {each.key: _choices(each) for each in identities}
    level = dict.fromkeys(choices, 0)
    while True:
        holders: defaultdict[str, list[str]] = defaultdict(list)
        for key, options in choices.items():
            holders[options[level[key]].lower()].append(key)
        clashing = [
            key
            for group in holders.values()
            for key in group
            if len(group) > 1 and level[key] + 1 < len(choices[key])
        ]
        if not clashing:
            return {key: options[level[key]] for key, options in choices.items()}
        for key in clashing:
            level[key] += 1


def plain_name(identity: Identity) -> str:
    """Return the name of a repository of which no other clashes with it."""
    if identity.host:
        return "/".join(_safe(part) for part in identity.name.split("/"))
    return f"local/{_safe(PurePosixPath('/', identity.path).parts[-1])}"


def _choices(identity: Identity) -> list[str]:
    """Return names for one repository, each telling more than the one before."""
    digest = sha256(identity.key.encode("utf-8", "surrogatepass")).hexdigest()
    name = plain_name(identity)
    if identity.host:
        told = [_safe(identity.host)]
    else:
        *parents, _ = PurePosixPath("/", identity.path).parts
        told = _further_up(_safe(parent) for parent in reversed(parents[1:]))
    hashed = [f"{told[0]}-{digest[:size]}" if told else digest[:size] for size in (8, 64)]
    return [name, *(f"{name}@{suffix}" for suffix in (*told, *hashed))]


def _further_up(parents: Iterable[str]) -> list[str]:
    """Join ever more parents, the nearest last, as long as that stays readable."""
    joined: list[str] = []
    for parent in parents:
        further = f"{parent}-{joined[-1]}" if joined else parent
        if len(further) > LONGEST_PART:
            break
        joined.append(further)
    return joined


def _safe(part: str) -> str:
    """Return a part of a name that is a valid id: accents dropped, other characters a dash."""
    plainer = unicodedata.normalize("NFKD", part[:LONGEST_PART])
    letters = "".join(each for each in plainer if not unicodedata.combining(each))
    safe = re.sub(r"[^A-Za-z0-9._~@-]+", "-", letters)[:LONGEST_PART]
    return safe if safe.strip(".") else f"_{safe}"
