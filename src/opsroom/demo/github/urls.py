"""Addresses as one client sees them: every `*_url` begins with what that client asked."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
"""An object on its way into an answer or a payload."""


@dataclass(frozen=True, slots=True)
class Urls:
    """`root` is for people and Git, `api` for REST; both without a slash at the end."""

    root: str
    api: str

    @staticmethod
    def of(root: str, *, enterprise: bool = False) -> "Urls":
        """Addresses under `root`; an Enterprise server has its REST under /api/v3."""
        return Urls(root, f"{root}/api/v3" if enterprise else root)

    def repository(self, full_name: str) -> str:
        """The REST address of a repository."""
        return f"{self.api}/repos/{full_name}"

    def page(self, full_name: str) -> str:
        """The address of a repository for people."""
        return f"{self.root}/{full_name}"


def quoted(text: str) -> str:
    """One segment of a path, or several with their slashes."""
    return quote(text, safe="/-._~")
