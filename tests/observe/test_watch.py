import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream
from tests.observe.workshop import Workshop, checkout

import opsroom
from opsroom.observe.checkout import Checkout
from opsroom.observe.clone import look
from opsroom.observe.watch import SOURCE, watch


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def watching(
    checkouts: list[Checkout], roots: list[Path], probe: Path
) -> AsyncGenerator[MemoryObjectReceiveStream[set[str]]]:
    """Watch, and come back when the watches are in place: `probe` is touched until it is seen."""
    send, receive = anyio.create_memory_object_stream[set[str]](100)
    stop = anyio.Event()

    async def pump() -> None:
        async with send:
            async for changed in watch(checkouts, roots, stop):
                await send.send(changed)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks, receive:
            tasks.start_soon(pump)
            seen: set[str] = set()
            while not seen:
                probe.write_text("x")
                with anyio.move_on_after(0.3):
                    seen = await receive.receive()
            with anyio.move_on_after(0.3):
                while True:
                    await receive.receive()
            yield receive
            stop.set()


async def until(receive: MemoryObjectReceiveStream[set[str]], wanted: str) -> None:
    with anyio.fail_after(5):
        while wanted not in await receive.receive():
            pass


@pytest.mark.anyio
async def test_a_commit_is_seen(workshop: Workshop) -> None:
    first, second = workshop.repository("first"), workshop.repository("second")
    async with watching([checkout(first), checkout(second)], [], first / "probe") as stream:
        workshop.commit(second, {"deep/down": "1"})
        await until(stream, str(second))


@pytest.mark.anyio
async def test_a_commit_on_a_branch_in_a_folder_is_seen(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "switch", "-q", "-c", "feature/deep")
    async with watching([checkout(folder)], [], folder / "probe") as stream:
        workshop.run(folder, "commit", "-q", "--allow-empty", "-m", "x")
        await until(stream, str(folder))


@pytest.mark.anyio
async def test_staging_in_a_linked_work_tree_is_seen_as_its_clone(workshop: Workshop) -> None:
    folder, linked = workshop.repository(), workshop.root / "linked"
    workshop.run(folder, "worktree", "add", "-q", str(linked))
    (linked / "deep").mkdir()
    async with watching([checkout(folder)], [], folder / "probe") as stream:
        (linked / "deep" / "file").write_text("x")
        workshop.run(linked, "add", "deep/file")
        await until(stream, str(folder))


@pytest.mark.anyio
async def test_a_new_clone_is_seen_as_a_change_of_its_source(workshop: Workshop) -> None:
    folder = workshop.repository("old")
    async with watching([checkout(folder)], [workshop.root], folder / "probe") as stream:
        workshop.repository("new")
        await until(stream, SOURCE)


@pytest.mark.anyio
async def test_a_clone_that_vanishes_is_seen_and_the_others_stay_watched(
    workshop: Workshop,
) -> None:
    first, second = workshop.repository("first"), workshop.repository("second")
    async with watching([checkout(first), checkout(second)], [], second / "probe") as stream:
        first.rename(workshop.home / "away")
        workshop.run(second, "commit", "-q", "--allow-empty", "-m", "x")
        await until(stream, str(second))


@pytest.mark.anyio
async def test_a_look_is_not_a_change(workshop: Workshop) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    async with watching([known], [], folder / "probe") as stream:
        await anyio.to_thread.run_sync(look, known)
        with anyio.move_on_after(0.4) as waited:
            await stream.receive()
        assert waited.cancelled_caught


@pytest.mark.anyio
async def test_a_folder_that_is_already_gone_is_left_out(workshop: Workshop) -> None:
    first, second = workshop.repository("first"), workshop.repository("second")
    both = [checkout(first), checkout(second)]
    first.rename(workshop.home / "away")
    async with watching(both, [], second / "probe") as stream:
        workshop.run(second, "commit", "-q", "--allow-empty", "-m", "x")
        await until(stream, str(second))


@pytest.mark.anyio
async def test_a_folder_whose_name_is_not_utf_8_is_left_out(workshop: Workshop) -> None:
    odd = Path(os.fsdecode(os.fsencode(workshop.root) + b"/caf\xe9"))
    workshop.repository("first").rename(odd)
    second = workshop.repository("second")
    clones = [checkout(odd), checkout(second)]
    async with watching(clones, [workshop.root, odd], second / "probe") as stream:
        workshop.run(second, "commit", "-q", "--allow-empty", "-m", "x")
        await until(stream, str(second))


@pytest.mark.anyio
async def test_a_file_whose_name_is_not_utf_8_does_not_end_watching(workshop: Workshop) -> None:
    first, second = workshop.repository("first"), workshop.repository("second")
    both = [checkout(first), checkout(second)]
    async with watching(both, [], second / "probe") as stream:
        Path(os.fsdecode(os.fsencode(first) + b"/caf\xe9")).write_text("x")
        await until(stream, SOURCE)
        workshop.run(second, "commit", "-q", "--allow-empty", "-m", "x")
        await until(stream, str(second))


@pytest.mark.anyio
async def test_it_can_be_cancelled(workshop: Workshop) -> None:
    known = checkout(workshop.repository())
    with anyio.fail_after(5), anyio.move_on_after(0.2) as scope:
        async for _ in watch([known]):
            pass
    assert scope.cancelled_caught


STARVED = """
import anyio, sys
from pathlib import Path
from opsroom.errors import ObservationError
from opsroom.observe.sources.directory import find
from opsroom.observe.watch import watch

async def main():
    try:
        with anyio.move_on_after(3):
            async for _ in watch(find(Path(sys.argv[1])).clones):
                pass
        print("watching")
    except ObservationError as error:
        print(error)

anyio.run(main)
"""


def test_too_few_watches_is_an_error_that_says_so(workshop: Workshop) -> None:
    """In a user namespace of its own the limit can be set without touching the machine's."""
    folder = workshop.repository()
    script = workshop.home / "starved.py"
    script.write_text(STARVED)
    limit = 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"'
    source = str(Path(opsroom.__file__).parent.parent)
    done = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "sh", "-c", limit),
            *(sys.executable, str(script), str(folder)),
        ],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    if done.returncode != 0 and ("unshare" in done.stderr or "max_inotify" in done.stderr):
        pytest.skip(f"no user namespace of one's own here: {done.stderr.strip()}")
    assert "folders can't be watched" in done.stdout, done.stdout + done.stderr
