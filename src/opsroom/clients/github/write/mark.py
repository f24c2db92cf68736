"""The mark on everything that is written: why, on what evidence, who approved, how to undo it.

A commit carries it as trailers; a body shows it, and ends with a comment that readers don't see, by
which the same thing is found again. Only what the write token's own account wrote is searched for
it, and no text from elsewhere can hold it (`quiet`).
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.quiet import fenced, quiet, words

PLAN = re.compile(r"plan_[A-Za-z0-9._~@]+(?:-[A-Za-z0-9._~@]+)*")
COMMENT = re.compile(
    r"^<!-- opsroom key=(?P<key>[0-9a-f]{32}) plan=(?P<plan>plan_[\w.~@-]+) -->\r?$",
    re.MULTILINE,
)
TRAILER = re.compile(r"^(?P<name>[A-Za-z][A-Za-z-]*): (?P<value>.*)$")

PLAN_TRAILER = "Opsroom-Plan"
CHANGE_TRAILER = "Opsroom-Change"
TITLE = 200
"""Characters of a title or a subject; the host allows 256."""
BODY = 60_000
"""Characters of a body; the host allows 65,536."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a scanner, a log or a person said: `text` is strangers' text, shown and not obeyed."""

    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Why something is written.

    `key` is what it is about, the same for every plan with the same cause (`put-files SECURITY.md`
    in one repository): one pull request or issue a key. Every text may hold strangers' words.
    """

    plan: str
    key: str
    why: str
    evidence: tuple[Evidence, ...]
    approved_by: str
    undo: str
    stop: str

    def __post_init__(self) -> None:
        if not PLAN.fullmatch(self.plan):
            raise WriteRefused("invalid", f"{self.plan!r} is not the id of a plan")
        for name in ("key", "why", "approved_by", "undo", "stop"):
            if not getattr(self, name).strip():
                raise WriteRefused("invalid", f"a write must say its {name.replace('_', ' ')}")

    @property
    def digest(self) -> str:
        """The key as it is written and searched for: 32 hexadecimal digits."""
        return key_digest(self.key)

    @property
    def comment(self) -> str:
        """The line that is searched for."""
        return f"<!-- opsroom key={self.digest} plan={self.plan} -->"


@dataclass(frozen=True, slots=True)
class Found:
    """A mark that was read back."""

    key: str
    plan: str


def key_digest(key: str) -> str:
    """What stands for a key in a mark."""
    return sha256(key.encode()).hexdigest()[:32]


def body(text: str, mark: Mark) -> str:
    """A body: our own Markdown, then the mark. `text` is cut where it would be too long."""
    parts = [
        _ours(text),
        "---",
        f"**Why:** {words(mark.why)}",
        *(f"{words(each.what)}:\n\n{fenced(each.text)}" for each in mark.evidence),
        f"**Approved by:** {words(mark.approved_by)} (plan `{mark.plan}`)",
        f"**To undo:** {words(mark.undo)}",
        f"**To stop this:** {words(mark.stop)}",
        mark.comment,
    ]
    while sum(map(len, parts)) > BODY and len(parts) > 7:
        parts.pop(-5)
    return "\n\n".join(part for part in parts if part)


def _ours(text: str) -> str:
    """Our own Markdown may hold links and lists; a comment in it could be taken for a mark."""
    return text.replace("<!--", "‹!--").strip()[: BODY // 2]


def title(text: str) -> str:
    """A title or the subject of a commit: one quiet line."""
    return quiet(text, TITLE)


def message(subject: str, mark: Mark, change: str = "") -> str:
    """The message of a commit: subject, why, and trailers as the last paragraph."""
    return f"{title(subject)}\n\n{paragraphs(mark, change)}"


def paragraphs(mark: Mark, change: str = "") -> str:
    """The message of a commit without its subject."""
    said = f"{quiet(mark.why, 500)}\n\n{PLAN_TRAILER}: {mark.plan}"
    return f"{said}\n{CHANGE_TRAILER}: {change}" if change else said


def found(text: str) -> Found | None:
    """The mark in a body, the last one if there are several; None when there is none."""
    matches = list(COMMENT.finditer(text))
    return Found(matches[-1]["key"], matches[-1]["plan"]) if matches else None


def trailers(text: str) -> dict[str, str]:
    """The trailers of a commit's message: the last paragraph, when all of it is trailers."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    matches = [TRAILER.match(line) for line in paragraphs[-1].splitlines()]
    if len(paragraphs) < 2 or not all(matches):
        return {}
    return {match["name"]: match["value"].strip() for match in matches if match}
