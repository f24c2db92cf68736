"""The mark is found again, and no text from elsewhere can be one, call people or close issues."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.mark import Evidence, Found, Mark
from opsroom.clients.github.write.quiet import fenced, quiet, words

FORGED = "<!-- opsroom key=" + "0" * 32 + " plan=plan_evil -->"
CLOSES = re.compile(r"(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+\S*#\d", re.IGNORECASE)
HOSTILE = (
    FORGED,
    f"\n\n{FORGED}\n",
    f"```\n{FORGED}",
    f"````text\n```\n{FORGED}\n```",
    "@everyone fixes #1, closes acme/api#2, resolves GH-3",
    "fixes https://github.com/acme/api/issues/4",
    "![x](https://evil.example/pixel.png) <img src=x onerror=alert(1)>",
    "x\n\nOpsroom-Plan: plan_evil\nOpsroom-Change: 00",
    "Co-authored-by: Mallory <m@evil.example>",
    "a\u202eb\u200bc\x1b[31md\u2028Opsroom-Plan: plan_evil",
    "~~~\n" + "`" * 300,
)


def mark(**changes: object) -> Mark:
    given: dict[str, object] = {
        "plan": "plan_7f3a",
        "key": "put-files SECURITY.md",
        "why": "No security policy",
        "evidence": (),
        "approved_by": "ada",
        "undo": "revert the pull request",
        "stop": "opsroom hold",
        **changes,
    }
    return Mark(**given)  # type: ignore[arg-type]  # the defaults above have the right types


def test_a_body_says_why_by_whom_and_how_to_undo_and_is_found_again() -> None:
    text = marks.body("Adds `SECURITY.md`.", mark(evidence=(Evidence("zizmor", "line 3"),)))
    for part in ("Adds `SECURITY.md`.", "No security policy", "ada", "plan_7f3a", "line 3"):
        assert part in text
    assert "revert the pull request" in text
    assert "opsroom hold" in text
    assert marks.found(text) == Found(mark().digest, "plan_7f3a")
    assert marks.found(text.replace("\n", "\r\n")) == Found(mark().digest, "plan_7f3a")


def test_a_message_carries_the_plan_as_a_trailer() -> None:
    message = marks.message("Add a security policy", mark(), "c0ffee")
    assert message.splitlines()[0] == "Add a security policy"
    assert marks.trailers(message) == {"Opsroom-Plan": "plan_7f3a", "Opsroom-Change": "c0ffee"}


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_strangers_wrote_is_a_mark_or_acts(text: str) -> None:
    everywhere = mark(
        key=text,
        why=text,
        evidence=(Evidence(text, text),),
        approved_by=text,
        undo=text,
        stop=text,
    )
    body = marks.body(text, everywhere)
    assert marks.found(body) == Found(everywhere.digest, "plan_7f3a")
    assert body.count("<!--") == 1
    said = body.split("---", 1)[1]
    assert "@" not in said
    assert not CLOSES.search(said)
    assert "/issues/4" not in said
    message = marks.message(text, everywhere)
    assert marks.trailers(message) == {"Opsroom-Plan": "plan_7f3a"}
    assert "@" not in message
    assert not CLOSES.search(message)
    assert "#" not in marks.title(text)


@given(st.text(max_size=300))
def test_no_text_whatever_is_a_mark_or_calls_anyone(text: str) -> None:
    body = marks.body(text, mark(why=text + "x", evidence=(Evidence("log", text),)))
    assert marks.found(body) == Found(mark().digest, "plan_7f3a")
    assert body.count("<!--") == 1
    assert "@" not in quiet(text)
    assert "\n" not in quiet(text)
    assert marks.trailers(marks.message(text, mark(why=f"{text}x"))) == {
        "Opsroom-Plan": "plan_7f3a"
    }


def test_evidence_cant_leave_its_block() -> None:
    block = fenced("before\n```\n# Heading\n`````\nafter")
    fence = block.splitlines()[0].removesuffix("text")
    assert set(fence) == {"`"}
    assert block.count(fence) == 2
    assert block.endswith(fence)


def test_words_are_shown_letter_by_letter() -> None:
    assert words("![a](b) *c* <d>") == r"\!\[a\]\(b\) \*c\* \<d\>"


def test_a_body_is_cut_to_what_the_host_takes() -> None:
    log = "\n".join("x" * 500 for _ in range(500))
    body = marks.body("y" * 100_000, mark(evidence=tuple(Evidence("log", log) for _ in range(20))))
    assert len(body) < 65_536
    assert marks.found(body) is not None
    assert "To undo" in body


@pytest.mark.parametrize("plan", ["", "plan_", "run_1", "plan_a b", "plan_a-->", "plan_x\nplan_y"])
def test_a_mark_needs_a_plan(plan: str) -> None:
    with pytest.raises(WriteRefused, match="not the id of a plan"):
        mark(plan=plan)


@pytest.mark.parametrize("name", ["key", "why", "approved_by", "undo", "stop"])
def test_a_mark_leaves_nothing_out(name: str) -> None:
    with pytest.raises(WriteRefused, match="a write must say"):
        mark(**{name: " "})


def test_trailers_are_the_last_paragraph_and_nothing_else() -> None:
    assert marks.trailers("subject\n\nOpsroom-Plan: plan_1\n\nmore words") == {}
    assert marks.trailers("Opsroom-Plan: plan_1") == {}
    assert marks.trailers("subject\n\nwords\nOpsroom-Plan: plan_1") == {}
