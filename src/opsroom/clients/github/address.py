"""Where a host answers: its REST and GraphQL addresses, and what it is called."""

from dataclasses import dataclass
from ipaddress import ip_address
from socket import inet_aton
from urllib.parse import urlsplit

from opsroom.errors import SettingsError

DOTCOM = "github.com"
OF_TENANTS = ".ghe.com"
"""Where enterprises without a server of their own answer, each under a name."""

REST_OF_A_SERVER = "/api/v3"


@dataclass(frozen=True, slots=True)
class HostAddress:
    """The addresses of one host, without a slash at the end.

    `name` is the first part of the keys of its repositories; a port that isn't the scheme's own
    belongs to it.
    """

    name: str
    rest: str
    graphql: str

    @classmethod
    def of(cls, base_url: str) -> "HostAddress":
        """The host that answers REST at `base_url`, as settings and PyGithub name it.

        A server of one's own answers under `/api/v3`, and GraphQL then under `/api/graphql`.

        Raises:
            SettingsError: it is no address of a host.
        """
        wrong = SettingsError(
            "base_url is no address of a host",
            "for example https://api.github.com or https://git.example.com/api/v3",
        )
        try:
            parts = urlsplit(base_url.rstrip("/"))
            port = parts.port
        except ValueError as error:
            raise wrong from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise wrong
        own = {"http": 80, "https": 443}[parts.scheme]
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        place = host if port in (None, own) else f"{host}:{port}"
        if place in (DOTCOM, f"www.{DOTCOM}", f"api.{DOTCOM}"):
            return cls(DOTCOM, f"https://api.{DOTCOM}", f"https://api.{DOTCOM}/graphql")
        rest = f"{parts.scheme}://{place}{parts.path}"
        if parts.path.endswith(REST_OF_A_SERVER):
            return cls(place, rest, f"{rest.removesuffix('/v3')}/graphql")
        name = place.removeprefix("api.") if place.endswith(OF_TENANTS) else place
        return cls(name, rest, f"{rest}/graphql")

    def same_place(self, url: str) -> bool:
        """Whether a URL leads to the same scheme, host and port as this host's REST."""
        here, there = urlsplit(self.rest), urlsplit(url)
        return (here.scheme, here.netloc) == (there.scheme, there.netloc)


def is_here(url: str) -> bool:
    """Whether a URL names this machine or what hangs on its own wire, where hosts keep nothing.

    A name that leads there is not found out: names are not looked up.
    """
    name = (urlsplit(url).hostname or "").rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        place = ip_address(name if ":" in name else inet_aton(name))
    except (ValueError, OSError):
        return False
    place = getattr(place, "ipv4_mapped", None) or place
    return place.is_loopback or place.is_link_local or place.is_unspecified or place.is_multicast
