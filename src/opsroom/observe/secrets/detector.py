"""Looking at one content: Kingfisher's rules and ours, without decoys, each place once.

Nothing that stands in the content silences a rule: comments that allow a secret are not obeyed,
and the path, for which Kingfisher leaves files out, is told only where a rule needs its ending.
"""

import re
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

from opsroom.model.severity import Severity
from opsroom.observe.secrets import decoys, kinds, rules, structured
from opsroom.observe.secrets.reading import pieces

MODULE = "kingfisher_sdk"
PATIENCE = 20.0
"""Seconds for one content; what takes longer is hostile, or no text."""

BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
ENDINGS = re.compile(r"(?i)(nuget\.config|\.(?:ya?ml|tf|hcl|php)|\.git-credentials|_history)$")
"""What of a path rules of Kingfisher ask for."""

EXAMPLE_HOST = re.compile(
    r"(?i)@(?:[\w.-]+\.)?(?:example(?:\.\w+)?|test|invalid|host(?:name)?|server)\b"
)

ABOVE = re.compile(r"(?i)name[\"']?:\s*[\"']?([\w.-]+)")

PAIRED = frozenset({"docker-registry-auth", "basic-authorization"})
LOOSE = frozenset(
    {
        *rules.GENERIC,
        *("command-line-password", "xml-password", "npmrc-auth", "bearer-authorization"),
        *("ansible-become-password", "database-password"),
    }
)
"""Kinds whose value has no form of its own."""

URLS = frozenset({"url-password", "mongodb-connection-string"})
"""The same, in a place that has one."""


class Native(Protocol):
    """A finding of Kingfisher's."""

    rule_id: str
    visible: bool
    secret: str
    location: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """A secret in one content, at a line (from 1). It is never shown."""

    kind: str
    severity: Severity
    secret: str = field(repr=False)
    start: int
    end: int
    line: int


class Detector:
    """All rules, compiled. `cache` is a folder of our own in which that work is kept."""

    def __init__(self, cache: Path) -> None:
        import kingfisher_sdk

        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = cache / f"rules-{rules.digest()}.yml"
        draft = own.with_suffix(f".{token_hex(4)}")
        draft.write_text(rules.as_kingfisher(), encoding="utf-8")
        draft.replace(own)
        compiled = kingfisher_sdk.Rules([own], cache_dir=cache)
        policy = kingfisher_sdk.DetectionPolicy(inline_ignores=False, markup_context=False)
        self._scanner: Any = kingfisher_sdk.Scanner(compiled, policy=policy)
        self._input: Any = kingfisher_sdk.ScanInput

    def look(self, content: bytes, path: str) -> list[Sight]:
        """The secrets of a content, in their order; where two overlap, the worse one.

        Raises:
            TimeoutError: it took too long.
        """
        encoding = BOMS.get(content[:2])
        if encoding:
            content = content.decode(encoding, "replace").encode("utf-8")
        binary = b"\0" in content[:8000]
        deadline = time.monotonic() + PATIENCE
        seen: list[Sight] = []
        for offset, piece in pieces(content):
            lines = _Lines(piece)
            first = content.count(b"\n", 0, offset) if offset else 0
            seen += [
                Sight(
                    s.kind, s.severity, s.secret, s.start + offset, s.end + offset, s.line + first
                )
                for s in self._piece(lines, path, deadline, binary=binary)
            ]
        return _without_overlaps(seen)

    def _piece(
        self, lines: "_Lines", path: str, deadline: float, *, binary: bool
    ) -> Iterator[Sight]:
        ending = ENDINGS.search(path)
        source = self._input(ending[1] if ending else "text", data=lines.piece)
        left = max(0.001, deadline - time.monotonic())
        found: list[Native] = self._scanner.scan_input(source, timeout=left)
        for number, each in enumerate(found):
            if number % 256 == 0 and time.monotonic() > deadline:
                raise TimeoutError
            kind = kinds.kind_of_rule(each.rule_id)
            if not each.visible or kind in kinds.DROPPED:
                continue
            start, end = each.location["start_offset"], each.location["end_offset"]
            before, after = lines.around(start, end)
            if kind == rules.NAMED:
                before = lines.name_above(start)
            if kind == "url-password" and (
                EXAMPLE_HOST.match(after) or before.endswith(f"/{each.secret}:")
            ):
                continue  # a host that is none, or a password that is the name of its user
            if after.startswith(("...", "…")):
                continue  # cut short by who wrote it
            if not _counts(kind, each.secret, before, path, binary=binary):
                continue
            severity = kinds.severity_of(each.rule_id, kind, path)
            yield Sight(kind, severity, each.secret, start, end, lines.number(start))
        if not binary:
            for start, end, value in structured.kubernetes(lines.piece):
                yield Sight(structured.KIND, Severity.HIGH, value, start, end, lines.number(start))


def _counts(kind: str, secret: str, before: str, path: str, *, binary: bool) -> bool:
    if kind == "private-key":
        return decoys.is_key(secret)
    if kind == "curl-auth-user":
        return decoys.is_user_and_password(secret)
    formless = kind in LOOSE or kind in URLS
    if decoys.is_decoy(secret, formless=formless) or (
        kind == "jwt" and decoys.is_shown_token(secret)
    ):
        return False
    if kind in rules.GENERIC:
        quoted = kind == rules.QUOTED
        return not binary and decoys.is_generic(secret, before, path, quoted=quoted)
    if kind in PAIRED:
        return decoys.holds_pair(secret)
    if kind in LOOSE:
        return not binary and bool(re.search(r"\d", secret)) and decoys.entropy(secret) > 2.6
    return True


def _without_overlaps(seen: Iterable[Sight]) -> list[Sight]:
    """Each place once: of two that overlap the worse, then the one that says more."""
    kept: list[Sight] = []
    for sight in sorted(seen, key=lambda each: (each.start, each.end)):
        if kept and sight.start < kept[-1].end:
            kept[-1] = max(kept[-1], sight, key=_weight)
        else:
            kept.append(sight)
    return kept


def _weight(sight: Sight) -> tuple[bool, int, int]:
    return sight.kind not in rules.GENERIC, sight.severity.rank, sight.end - sight.start


class _Lines:
    """Where the lines of a piece begin, found when somebody asks."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        self._starts: list[int] = []

    def number(self, offset: int) -> int:
        """The line of a place, from 1."""
        if not self._starts:
            self._starts = [0, *(m.end() for m in re.finditer(rb"\n", self.piece))]
        return bisect_right(self._starts, offset)

    def around(self, start: int, end: int) -> tuple[str, str]:
        """The text of the line up to `start`, and from `end` on, at most 200 bytes of each."""
        before = self.piece[max(0, start - 200) : start].rpartition(b"\n")[2]
        after = self.piece[end : end + 200].partition(b"\n")[0]
        return before.decode("utf-8", "replace"), after.decode("utf-8", "replace")

    def name_above(self, offset: int) -> str:
        """`NAME=` of a value whose name stands in the line above it."""
        above = self.piece[max(0, offset - 240) : offset].decode("utf-8", "replace")
        named = ABOVE.findall(above)
        return f"{named[-1]}=" if named else ""
