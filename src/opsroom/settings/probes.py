"""Probes: what of a repository is asked whether it runs, and where.

This version reads where it runs, for the graph; nobody asks yet.
"""

import re
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from opsroom.model.value import Value
from opsroom.settings.written import HOST, Duration, Target, Word

ProbeKind = Literal[
    "http",
    "http-json",
    "tcp",
    "tls",
    "dns",
    "push",
    "prometheus",
    "compose",
    "kubernetes",
    "mcp",
]
"""What is asked: a web page, a JSON answer, a port, a certificate, a name, nobody (it calls us), a
Prometheus, a project of Compose, a workload of Kubernetes, another MCP server."""

SITES = frozenset({"http", "http-json", "prometheus", "mcp"})
PORTS = frozenset({"tcp", "tls"})
DEFAULT = {"http": 80, "https": 443}


class ProbeSetting(Value):
    """One probe: what it asks, and of which repository that is."""

    name: Word = Field(description="What it is called.", examples=["api"])
    kind: ProbeKind = Field(
        description="What it asks: `http`, `http-json`, `tcp`, `tls`, `dns`, `push`, `prometheus`,"
        " `compose`, `kubernetes` or `mcp`.",
        examples=["http"],
    )
    target: Target = Field(
        default="",
        description="What is asked: an address, `host:port`, a name; never with credentials. Only"
        " `push` has none.",
        examples=["https://api.example.org/health"],
    )
    every: Duration = Field(
        default=timedelta(minutes=1),
        ge=timedelta(seconds=1),
        description="How often. Probes are read for the graph; this version asks none of them.",
    )
    repository: Word | None = Field(
        default=None,
        description="The repository that answers there, by its name in the fleet.",
        examples=["acme/api"],
    )

    @property
    def host(self) -> str | None:
        """The name of the network that is asked, in lower case, with a port that isn't its own.

        None: no name is asked.
        """
        if self.kind in SITES:
            parts = urlsplit(self.target)
            name = _bracketed(parts.hostname or "")
            own = parts.port in (None, DEFAULT[parts.scheme.lower()])
            return name if own else f"{name}:{parts.port}"
        if self.kind in PORTS or self.kind == "dns":
            return self.target.lower()
        return None

    def fault(self) -> tuple[str, str] | None:
        """What can't be right about its target: what is wrong, what to do."""
        if self.kind == "push":
            return ("nobody is asked", "take it out: a push comes to us") if self.target else None
        if not self.target:
            return "is missing", "write target = what is asked"
        if self.kind in SITES and not _is_site(self.target):
            return "not a site", "write https://host/path"
        if self.kind in PORTS and not re.fullmatch(rf"(?:{HOST})", self.target):
            return "not a host and its port", "write host:port"
        if self.kind == "dns" and not re.fullmatch(r"[A-Za-z0-9._-]+", self.target):
            return "not a name", "write the name alone, like api.example.org"
        return None


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _is_site(target: str) -> bool:
    try:
        parts = urlsplit(target)
        port, name = parts.port, parts.hostname
    except ValueError:
        return False
    return parts.scheme.lower() in DEFAULT and bool(name) and port != 0
