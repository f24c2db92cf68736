"""What the host doesn't show, or shows wrongly, is not taken for nothing there."""

import pytest
from tests.clients.github.write.desk import NAME, Desk, mark
from tests.clients.github.write.scenarios import opened_issue, proposed, raise_issue

from opsroom.clients.github.write import writer as writing
from opsroom.clients.github.write.errors import CannotTell, WriteRefused
from opsroom.clients.github.write.issues import close_issue, create_issue
from opsroom.clients.github.write.pulls import update_pull
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import HostError, Later

pytestmark = pytest.mark.anyio

DATE = "Tue, 24 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/user", 404, "doesn't say whose"),
        ("/acme/api", 403, "doesn't show"),
        ("/acme/api", 200, "lacks the text"),
        ("/issues", 200, "not a list"),
    ],
)
async def test_who_cant_look_doesnt_write(
    path: str, status: int, said: str, desk: Desk, writer: Writer
) -> None:
    desk.trouble.expect("refuse", "GET", path, status=status)
    with pytest.raises(HostError, match=said):
        await raise_issue(desk, writer)
    assert not desk.trouble.writes


async def test_a_list_that_is_too_long_to_look_through_is_said_so(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LONGEST_LIST", 0)
    with pytest.raises(CannotTell, match="lists more than"):
        await raise_issue(desk, writer)
    assert not desk.trouble.writes


async def test_a_host_without_limits_tells_the_ledger_nothing(desk: Desk, writer: Writer) -> None:
    desk.trouble.expect("refuse", "GET", "/acme/api", status=200)
    with pytest.raises(HostError):
        await raise_issue(desk, writer)
    assert desk.ledger.snapshot(desk.time.now()).buckets[0].remaining is None


async def test_a_reset_beyond_all_time_is_none(desk: Desk, writer: Writer) -> None:
    headers = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Reset": "9" * 15,
    }
    desk.trouble.expect("refuse", "GET", "/acme/api", status=200, headers=headers)
    with pytest.raises(HostError, match="lacks the text"):
        await raise_issue(desk, writer)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "soon"}, 60),
        ({"Retry-After": "\u00b2"}, 60),
        ({"Retry-After": "9" * 400}, 3600),
        ({"Retry-After": "Tue, 24 Nov 2026 09:00:30 GMT"}, 30),
        ({"Retry-After": "Tue, 24 Nov 2026 09:00:30 -0000"}, 30),
        ({"X-RateLimit-Remaining": "0"}, 60),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "1", "X-RateLimit-Reset": "9" * 12},
         3600),
    ],
)  # fmt: skip
async def test_however_a_limit_is_told_it_is_a_time_within_the_hour(
    headers: dict[str, str], seconds: int, desk: Desk, writer: Writer
) -> None:
    desk.trouble.expect("refuse", "POST", "/issues", status=429, headers={"Date": DATE, **headers})
    with pytest.raises(Later) as limited:
        await raise_issue(desk, writer)
    assert limited.value.until is not None
    assert (limited.value.until - desk.time.now()).total_seconds() == seconds


@pytest.mark.parametrize("name", ["api", "acme/api/issues", "acme/", "acme/.."])
async def test_what_is_no_repositorys_name_is_not_asked_for(
    name: str, desk: Desk, writer: Writer
) -> None:
    with pytest.raises(WriteRefused, match="not a repository's name"):
        await create_issue(writer, name, "Title", "", mark())
    assert not desk.trouble.asked


async def test_an_issue_that_isnt_there_is_said_so(desk: Desk, writer: Writer) -> None:
    await opened_issue(desk, writer)
    with pytest.raises(WriteRefused, match="no issue 7") as refused:
        await close_issue(writer, NAME, 7, "completed", "", mark())
    assert refused.value.reason == "gone"


async def test_a_pull_request_is_not_rewritten_to_be_about_something_else(
    desk: Desk, writer: Writer
) -> None:
    await proposed(desk, writer)
    with pytest.raises(WriteRefused, match="about something else"):
        await update_pull(writer, NAME, 1, "Other", "", mark(key="something else"))
