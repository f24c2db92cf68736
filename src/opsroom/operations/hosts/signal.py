"""A signal: something that is given again and again, and waited for again and again."""

import anyio


class Signal:
    """What was given while nobody waited is not lost: the next one who waits goes on at once."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def give(self) -> None:
        """Wake everybody who waits."""
        self._event.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait until it was given since the last time, but not longer; whether it was."""
        event = self._event
        with anyio.move_on_after(seconds):
            await event.wait()
        if event.is_set() and event is self._event:
            self._event = anyio.Event()
        return event.is_set()
