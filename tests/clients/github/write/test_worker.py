"""One worker, one credential: no write goes astray, nothing blocks the loop, no reader writes."""

import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from tests.clients.github.write.desk import FILES, NAME, Desk, mark

from opsroom.clients.github.write.credential import WriteCredential
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.issues import create_issue
from opsroom.clients.github.write.worker import Worker
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import HostError, Later, NotLetIn
from opsroom.demo.github.acts.repositories import create_repository
from opsroom.errors import SettingsError

if TYPE_CHECKING:
    from github import Github

pytestmark = pytest.mark.anyio


async def test_writes_to_two_repositories_at_once_each_go_to_their_own(
    desk: Desk, writer: Writer
) -> None:
    web = create_repository(desk.world, desk.small.acme, "web", files=FILES, actor=desk.kim)

    async def raise_issue(full_name: str, number: int) -> None:
        title = f"for {full_name} {number}"
        await create_issue(writer, full_name, title, "", mark(key=title))

    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(raise_issue, NAME, number)
            tasks.start_soon(raise_issue, "acme/web", number)
    for repository in (desk.api, web):
        titles = sorted(issue.title for issue in repository.issues.values())
        assert titles == [f"for {repository.full_name} {number}" for number in range(5)]


async def test_calls_of_the_worker_itself_never_overlap(desk: Desk) -> None:
    """Below the turns of verbs too, where one object holds the request that it will send."""
    create_repository(desk.world, desk.small.acme, "web", files=FILES, actor=desk.kim)
    worker = Worker(WriteCredential.given(desk.url, "written", None))
    under_way = 0

    async def call(full_name: str) -> None:
        def get(github: "Github") -> str:
            nonlocal under_way
            under_way += 1
            assert under_way == 1
            found = github.get_repo(full_name).full_name
            under_way -= 1
            return found

        assert await worker.run(get) == full_name

    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(call, ("acme/api", "acme/web")[number % 2])
    await worker.close()


async def test_the_loop_goes_on_while_the_host_is_silent(desk: Desk, writer: Writer) -> None:
    desk.trouble.expect("hang", "POST", "/issues")
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await anyio.sleep(0.01)
            ticks += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        await create_issue(writer, NAME, "Slow", "", mark())
        tasks.cancel_scope.cancel()
    assert ticks > 50
    assert len(desk.api.issues) == 1


async def test_who_is_cancelled_leaves_a_worker_that_still_works(
    desk: Desk, writer: Writer
) -> None:
    desk.trouble.expect("hang", "POST", "/issues")
    with anyio.move_on_after(0.3) as scope:
        await create_issue(writer, NAME, "Slow", "", mark())
    assert scope.cancelled_caught
    again = await create_issue(writer, NAME, "Slow", "", mark())
    assert not again.now
    assert len(desk.api.issues) == 1


@pytest.mark.parametrize("token", [None, ""])
def test_there_is_no_writer_without_a_write_token(token: str | None) -> None:
    with pytest.raises(SettingsError, match="no write_token"):
        WriteCredential.given("http://host", token, "read")


def test_the_token_that_reads_never_writes() -> None:
    with pytest.raises(SettingsError, match="token that reads"):
        WriteCredential.given("http://host", "same", "same")
    with pytest.raises(TypeError, match="WriteCredential"):
        Worker("read")  # type: ignore[arg-type]  # the mistake that is tested


async def test_only_the_write_token_is_ever_sent(desk: Desk, writer: Writer) -> None:
    await create_issue(writer, NAME, "Title", "", mark())
    assert set(desk.trouble.tokens) == {"token written"}


async def test_a_token_that_may_only_read_is_told_from_the_hosts_answer(desk: Desk) -> None:
    credential = WriteCredential.given(desk.url, "read", None)
    writer = Writer(
        "host", credential, desk.ledger, desk.pace, desk.rejections, desk.time.clock, timeout=1
    )
    with pytest.raises(WriteRefused, match="not accessible") as refused:
        await create_issue(writer, NAME, "Title", "", mark())
    await writer.close()
    assert refused.value.reason == "declined"
    assert not desk.api.issues


async def test_a_token_is_in_no_text(desk: Desk, writer: Writer) -> None:
    del desk.world.tokens["written"]
    with pytest.raises(NotLetIn) as refused:
        await create_issue(writer, NAME, "Title", "", mark())
    for text in (str(refused.value), repr(writer), repr(writer.credential)):
        assert "written" not in text


def test_nothing_heavy_is_loaded_before_the_first_write() -> None:
    code = (
        "import sys, opsroom.clients.github.write.writer, opsroom.clients.github.write.reverts\n"
        "print([name for name in ('github', 'requests', 'urllib3') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "[]"


async def test_a_read_is_repeated_when_the_host_stumbles(desk: Desk, writer: Writer) -> None:
    desk.trouble.expect("before", "GET", "/repos/acme/api", times=2)
    await create_issue(writer, NAME, "Title", "", mark())
    assert desk.trouble.asked.count("GET /repos/acme/api") == 3


async def test_a_host_that_is_down_is_said_so_and_nothing_was_written(desk: Desk) -> None:
    credential = WriteCredential.given("http://127.0.0.1:9", "written", None)
    writer = Writer(
        "host", credential, desk.ledger, desk.pace, desk.rejections, desk.time.clock, timeout=1
    )
    with pytest.raises(HostError, match="can't be reached"):
        await create_issue(writer, NAME, "Title", "", mark())


@pytest.mark.parametrize("skew", [-3600, 0, 3600])
async def test_an_empty_bucket_is_waited_for_by_the_hosts_own_clock(
    skew: int, desk: Desk, writer: Writer
) -> None:
    host_now = desk.time.now() + timedelta(seconds=skew)
    reset = int((host_now + timedelta(minutes=20)).timestamp())
    headers = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(reset),
        "Date": host_now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    message = "API rate limit exceeded for user ID 1."
    desk.trouble.expect(
        "refuse", "GET", "/repos/acme/api", status=403, headers=headers, message=message
    )
    with pytest.raises(Later) as limited:
        await create_issue(writer, NAME, "Title", "", mark())
    assert limited.value.until == desk.time.now() + timedelta(minutes=20, seconds=1)
    assert desk.time.slept == []


@pytest.mark.parametrize("skew", [-1800, 0, 1800])
async def test_the_ledger_is_told_by_our_own_clock(skew: int, desk: Desk, writer: Writer) -> None:
    desk.small.hub.manners.skew = timedelta(seconds=skew)
    await create_issue(writer, NAME, "Title", "", mark())
    bucket = desk.ledger.snapshot(desk.time.now()).buckets[0]
    host_reset = desk.time.started + timedelta(hours=1)
    assert bucket.resets_at == host_reset - timedelta(seconds=skew)


async def test_a_limit_at_a_look_is_not_slept_out_in_the_worker(desk: Desk, writer: Writer) -> None:
    """GithubRetry obeys Retry-After however long it is, whatever longest wait it is given."""
    desk.trouble.expect(
        "refuse", "GET", "/repos/acme/api", status=403, headers={"Retry-After": "300"}
    )
    with anyio.fail_after(10), pytest.raises(Later) as limited:
        await create_issue(writer, NAME, "Title", "", mark())
    assert limited.value.until == desk.time.now() + timedelta(seconds=300)
    assert len(desk.trouble.asked) == 1


async def test_a_wait_that_the_host_didnt_tell_doubles(desk: Desk, writer: Writer) -> None:
    for seconds in (60, 120, 240):
        desk.trouble.expect("refuse", "POST", "/issues", status=429, message="slow down")
        with pytest.raises(Later) as limited:
            await create_issue(writer, NAME, "Title", "", mark())
        until = limited.value.until
        assert until == desk.time.now() + timedelta(seconds=seconds)
        desk.time.pass_by(seconds)
    await create_issue(writer, NAME, "Title", "", mark())
    assert len(desk.api.issues) == 1


async def test_writes_are_a_second_apart_and_charged_to_the_ledger(
    desk: Desk, writer: Writer
) -> None:
    start = desk.time.now()
    for number in range(10):
        await create_issue(writer, NAME, f"Title {number}", "", mark(key=str(number)))
    assert desk.time.now() - start >= timedelta(seconds=9)
    spent = {entry.purpose: entry for entry in desk.ledger.snapshot(desk.time.now()).spent}
    assert spent["write"].requests == 10
    assert spent["write"].priority == "write"
    assert spent["look before a write"].requests == len(desk.trouble.asked) - 10
    assert desk.ledger.snapshot(desk.time.now()).buckets[0].remaining is not None


async def test_the_501st_write_of_an_hour_is_told_to_wait(desk: Desk, writer: Writer) -> None:
    for second in range(500):
        desk.pace.reserve(float(second), content=True)
    desk.time.pass_by(600)
    with pytest.raises(Later) as limited:
        await create_issue(writer, NAME, "Title", "", mark())
    assert limited.value.until == desk.time.started + timedelta(hours=1)
    assert not desk.trouble.writes


async def test_a_spent_budget_sends_nothing(desk: Desk, writer: Writer) -> None:
    until = desk.time.now() + timedelta(minutes=10)
    desk.ledger.pause(until, "the host asks for a pause")
    with pytest.raises(Later) as limited:
        await create_issue(writer, NAME, "Title", "", mark())
    assert limited.value.until == until
    assert not desk.trouble.asked
