"""What answers have besides their text: statuses, and the names of headers that are known."""

import re
from dataclasses import dataclass, field

import httpx2

HEADERS = {
    name.lower(): name
    for name in (
        *("Cache-Control", "Content-Encoding", "Content-Type", "Date", "Deprecation", "ETag"),
        *("GitHub-Authentication-Token-Expiration", "Last-Modified", "Link", "Location"),
        *("Retry-After", "Sunset", "Vary", "X-Accepted-GitHub-Permissions"),
        *("X-Accepted-OAuth-Scopes", "X-GitHub-Api-Version-Selected"),
        *("X-GitHub-Enterprise-Version", "X-GitHub-Media-Type", "X-GitHub-Request-Id"),
        *("X-GitHub-SSO", "X-OAuth-Scopes", "X-Poll-Interval", "X-RateLimit-Limit"),
        *("X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Resource"),
        "X-RateLimit-Used",
    )
}
"""Headers of GitHub's own. Any other may be named after whoever runs a proxy before it."""


@dataclass(slots=True)
class Ear:
    """Hears every answer of a client, also those that only lead elsewhere."""

    statuses: list[int] = field(default_factory=list[int])
    headers: set[str] = field(default_factory=set[str])
    version: str = ""
    """Of an Enterprise server, as it says itself."""
    heard: int = 0

    async def hear(self, response: httpx2.Response) -> None:
        """Remember what an answer is like."""
        self.heard += 1
        self.statuses.append(response.status_code)
        names = {name.lower() for name in response.headers}
        self.headers |= {HEADERS[name] for name in names & HEADERS.keys()}
        said = response.headers.get("X-GitHub-Enterprise-Version", "")
        if re.fullmatch(r"\d{1,3}(\.\d{1,3}){1,3}", said):
            self.version = said

    def taken(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """What was heard since this was last asked."""
        statuses, headers = tuple(self.statuses), tuple(sorted(self.headers))
        self.statuses.clear()
        self.headers.clear()
        return statuses, headers
