"""Who may ask: which Host and Origin a request must carry, and when it needs the token.

A browser on this machine lets any web site send requests to loopback, and DNS rebinding makes
such a site look like ours; only the Host and Origin headers tell. A token alone would not help:
the browser would send its cookie along.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Self
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from opsroom.errors import SettingsError
from opsroom.serve.web.tokens import known_token
from opsroom.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - names them, binds nothing
PORTS = {"http": 80, "https": 443}
SHAPE = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")

Place = tuple[str, int | None]
"""A host name and a port; without a port any (allowed) or the scheme's own (asked)."""


def place(text: str) -> Place | None:
    """Read `name`, `name:port` or `[address]:port`; None when it is none of these."""
    match = SHAPE.fullmatch(text.strip().lower())
    return (match["name"], int(match["port"]) if match["port"] else None) if match else None


@dataclass(frozen=True)
class Access:
    """The rules of one centre. `token` None: nothing needs one, as on loopback."""

    token: str | None
    own: frozenset[str]
    """Names for which the port must be the one that is listened on."""
    ports: frozenset[int]
    allowed: frozenset[Place]
    origin: tuple[str, Place] | None
    """Scheme and place of the public URL, for proxies that rewrite Host."""
    cookie: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The rules that settings make.

        Raises:
            SettingsError: bound beyond loopback without a token.
        """
        server = settings.server
        token = None if server.loopback else known_token(settings)
        if not server.loopback and not token:
            raise SettingsError(
                f"{server.host} can be reached from elsewhere, and there is no token",
                'set server.token = "file:PATH" or "env:NAME" in opsroom.toml, or listen on '
                "127.0.0.1",
            )
        host = server.host.strip("[]").lower()
        named = () if host in EVERYWHERE else (f"[{host}]" if ":" in host else host,)
        local = LOOPBACK if server.loopback or host in EVERYWHERE else ()
        public = _origin(server.public_url) if server.public_url else None
        allowed = [place(text) for text in server.allowed_hosts]
        return cls(
            token=token,
            own=frozenset((*named, *local)),
            ports=frozenset({server.port} - {0}),
            allowed=frozenset(found for found in [*allowed, public and public[1]] if found),
            origin=public,
            cookie=f"opsroom_{server.port}",
        )

    def knows_host(self, host: str, listening: int | None) -> bool:
        """Whether that Host header names this centre; `listening` is the port asked on."""
        asked = place(host)
        if asked is None:
            return False
        name, port = asked
        if name in self.own and (port or PORTS["http"]) in self.ports | {listening}:
            return True
        return any(
            name == allowed and (wanted in (None, port) or (port is None and _usual(wanted)))
            for allowed, wanted in self.allowed
        )

    def _allows(self, name: str, port: int | None) -> bool:
        """Whether settings allow that place; without a port they mean the usual two."""
        return any(
            name == allowed and (wanted == port or (wanted is None and _usual(port)))
            for allowed, wanted in self.allowed
        )

    def knows_origin(self, headers: Headers, *, changes: bool) -> bool:
        """Whether the page that sent this request is one of ours, or no page sent it.

        Browsers leave Origin out where a page reads from its own site, so a missing one with a
        cookie is accepted for reading unless the browser says that another site asked, and
        refused for what changes things.
        """
        origin = headers.get("origin")
        if origin is None:
            site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
            foreign = site not in (None, "same-origin", "none") and mode != "navigate"
            return not foreign and not (changes and "cookie" in headers)
        sent = _origin(origin)
        if sent is None:
            return False
        scheme, (name, port) = sent
        own = place(headers.get("host", ""))
        same = own is not None and (name, port) == (own[0], own[1] or PORTS[scheme])
        return same or sent == self.origin or self._allows(name, port)

    def proves(self, headers: Headers) -> bool:
        """Whether the request carries the token, as a bearer or as the page's cookie."""
        if self.token is None:
            return True
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self.opens(bearer.strip()):
            return True
        return _same(_cookie(headers.getlist("cookie"), self.cookie), self.pass_value())

    def opens(self, token: str) -> bool:
        """Whether that is the token; takes as long for a wrong one as for the right one."""
        return self.token is not None and _same(token, self.token)

    def pass_value(self) -> str:
        """What the page's cookie holds: made from the token, which it doesn't give away."""
        return hmac.new((self.token or "").encode(), b"opsroom page", hashlib.sha256).hexdigest()


def _usual(port: int | None) -> bool:
    return port in PORTS.values()


def _origin(text: str) -> tuple[str, Place] | None:
    """Scheme, name and port of an origin; None for `null` and all that is no site."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    found = place(parts.netloc)
    if parts.scheme not in PORTS or found is None:
        return None
    return parts.scheme, (found[0], found[1] or PORTS[parts.scheme])


def _cookie(sent: Iterable[str], name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        for header in sent:
            jar.load(header)
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
