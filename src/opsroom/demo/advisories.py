"""Flaws of public packages that the fleet has locked: which are known, and which will be."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from posixpath import basename
from typing import Any, Literal

from opsroom.demo.github.state.alerts import HostAdvisory, Level

Ecosystem = Literal["pip", "npm", "go", "rust"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One advisory of the public database. The versions in `bad` are those of the fleet's locks.

    `latent`: in the demo nobody knows of it yet; it is published while one watches.
    """

    ghsa: str
    cve: str
    severity: Level
    ecosystem: Ecosystem
    package: str
    bad: str
    fixed: str
    summary: str
    latent: bool = False

    def advisory(self, at: datetime) -> HostAdvisory:
        """As the host's database has it, published at a moment."""
        return HostAdvisory(
            self.ghsa, self.cve, self.summary, f"{self.summary}. Update {self.package} to "
            f"{self.fixed} or later.", self.severity, self.ecosystem, self.package,
            f"< {self.fixed}", self.fixed, at,
        )  # fmt: skip


KNOWN_SINCE = datetime(2024, 6, 1, 8, tzinfo=UTC)

FLAWS = (
    Flaw("GHSA-j7hp-h8jx-5ppr", "CVE-2023-4863", "high", "pip", "pillow", "10.0.0", "10.0.1",
         "libwebp in Pillow writes out of bounds"),
    Flaw("GHSA-xqr8-7jwr-rhp7", "CVE-2023-37920", "high", "pip", "certifi", "2023.5.7",
         "2023.7.22", "certifi trusts the e-Tugra root certificate"),
    Flaw("GHSA-g4mx-q9vg-27p4", "CVE-2023-45803", "medium", "pip", "urllib3", "2.0.6", "2.0.7",
         "urllib3 keeps the body of a request when it follows a redirect"),
    Flaw("GHSA-35jh-r3h4-6jhm", "CVE-2021-23337", "high", "npm", "lodash", "4.17.20", "4.17.21",
         "Command injection through lodash templates"),
    Flaw("GHSA-xvch-5gv4-984h", "CVE-2021-44906", "critical", "npm", "minimist", "1.2.5", "1.2.6",
         "Prototype pollution in minimist"),
    Flaw("GHSA-r683-j2x4-v87g", "CVE-2022-0235", "high", "npm", "node-fetch", "2.6.6", "2.6.7",
         "node-fetch forwards secure headers to other sites"),
    Flaw("GHSA-4374-p667-p6c8", "CVE-2023-39325", "high", "go", "golang.org/x/net", "v0.8.0",
         "0.17.0", "HTTP/2 rapid reset makes a server do endless work"),
    Flaw("GHSA-43w2-9j62-hq99", "CVE-2021-25900", "critical", "rust", "smallvec", "1.6.0",
         "1.6.1", "Buffer overflow in SmallVec::insert_many"),
    Flaw("GHSA-h75v-3vvj-5mfj", "CVE-2024-34064", "medium", "pip", "jinja2", "3.1.3", "3.1.4",
         "Jinja accepts keys with characters that end an attribute name", latent=True),
    Flaw("GHSA-9wx4-h78v-vm56", "CVE-2024-35195", "medium", "pip", "requests", "2.31.0",
         "2.32.0", "A requests session goes on not to verify certificates", latent=True),
    Flaw("GHSA-3h5v-q93c-c6rq", "CVE-2024-37890", "high", "npm", "ws", "8.16.0", "8.17.1",
         "A request with many headers crashes a ws server", latent=True),
    Flaw("GHSA-hp87-p4gw-j4gq", "CVE-2022-28948", "high", "go", "gopkg.in/yaml.v3", "v3.0.0",
         "3.0.1", "Unmarshal of yaml.v3 panics on bad input", latent=True),
    Flaw("GHSA-wcg3-cvx6-7396", "CVE-2020-26235", "medium", "rust", "time", "0.1.43", "0.2.23",
         "Setting the environment while time reads it may crash", latent=True),
)  # fmt: skip


def _toml(text: str) -> Iterator[tuple[str, str]]:
    # thousands of these are read at once: what tools write is regular enough
    yield from re.findall(r'^name = "(.+)"\nversion = "(.+)"$', text, re.MULTILINE)


def _npm(text: str) -> Iterator[tuple[str, str]]:
    locked: dict[str, dict[str, Any]] = json.loads(text).get("packages", {})
    for place, package in locked.items():
        if place:
            yield place.rpartition("node_modules/")[2], package["version"]


def _go(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"^(?:require )?\s*(\S+) (v\S+)", text, re.MULTILINE)


LOCKS: dict[str, tuple[Ecosystem, Callable[[str], Iterator[tuple[str, str]]]]] = {
    "uv.lock": ("pip", _toml),
    "package-lock.json": ("npm", _npm),
    "go.mod": ("go", _go),
    "Cargo.lock": ("rust", _toml),
}
"""The files that say what is in use, by name."""


def flaws_in(path: str, text: str) -> list[Flaw]:
    """The flaws of what a lockfile holds; none where the file isn't one, or can't be read."""
    ecosystem, read = LOCKS.get(basename(path), (None, _go))
    if ecosystem is None:
        return []
    try:
        locked = set(read(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    return [
        flaw for flaw in FLAWS if flaw.ecosystem == ecosystem and (flaw.package, flaw.bad) in locked
    ]


def mended(flaw: Flaw, text: str) -> str:
    """A lockfile with the first version that has the flaw no longer."""
    fixed = f"v{flaw.fixed}" if flaw.ecosystem == "go" else flaw.fixed
    name = re.escape(flaw.package)
    toml, space = r'"\nversion = "', " "
    gaps = {"pip": toml, "rust": toml, "go": space, "npm": r'": {\n      "version": "'}
    gap = gaps[flaw.ecosystem]
    return re.sub(f"({name}{gap}){re.escape(flaw.bad)}", rf"\g<1>{fixed}", text)
