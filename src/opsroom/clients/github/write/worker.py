"""The one worker that holds the one Github object.

PyGithub keeps the request that it is about to send on its connection: two threads on one object
send a write to the wrong repository. So there is one call at a time, in a thread that the loop
waits for even when it is cancelled.

Its own retries would repeat a POST after a 5xx, and sleep out a rate limit in the thread:
GithubRetry obeys Retry-After however long it is, whatever longest wait it is given. So it gets
none: every failure and every limit comes back at once, and `Writer` decides what is repeated.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from anyio import CapacityLimiter, to_thread

from opsroom.clients.github.limits import LONGEST_QUIET, UNTOLD_QUIET
from opsroom.clients.github.write.credential import WriteCredential
from opsroom.clients.github.write.errors import Declined, Limited, Unsure
from opsroom.clients.github.write.wire import Unreadable, entries, mapping
from opsroom.clients.host import HostError, NotLetIn
from opsroom.model.text import plain

if TYPE_CHECKING:
    from github import Github, GithubException

T = TypeVar("T")

TIMEOUT = 15
"""Seconds for an answer. The host itself gives up on a request after 10, so what has no answer by
then has no effect to come either."""

FAR = 10**11
"""Seconds since 1970; a host that names a later time has it wrong."""


class Allowance(NamedTuple):
    """What the host said last of the hourly bucket."""

    limit: int
    remaining: int
    resets_at: datetime


class Worker:
    """Runs functions that make one request each, one at a time, in a thread.

    `timeout` is in whole seconds.
    """

    def __init__(self, credential: WriteCredential, timeout: int = TIMEOUT) -> None:
        if not isinstance(credential, WriteCredential):  # pyright: ignore[reportUnnecessaryIsInstance] - a token that only reads is a str, and callers of a library aren't all checked
            raise TypeError("only a WriteCredential writes")
        self._credential = credential
        self._timeout = timeout
        self._one = CapacityLimiter(1)
        self._github: Github | None = None

    async def run(self, call: "Callable[[Github], T]") -> T:
        """The answer of one request.

        Raises:
            Declined: the host said no.
            Limited: it wants to be left alone for a while.
            Unsure: the answer was lost; a write may have happened.
            HostError: the host wasn't reached, or doesn't know the token: nothing happened.
        """
        return await to_thread.run_sync(self._call, call, limiter=self._one)

    def allowance(self) -> Allowance | None:
        """What the newest answer said of the hourly bucket; None where it said nothing."""
        github = self._github
        if github is None or not 0 < github.requester.rate_limiting_resettime < FAR:
            return None
        remaining, limit = github.requester.rate_limiting
        resets_at = datetime.fromtimestamp(github.requester.rate_limiting_resettime, UTC)
        return Allowance(limit, remaining, resets_at)

    async def close(self) -> None:
        """Close the connection."""
        github, self._github = self._github, None
        if github is not None:
            await to_thread.run_sync(github.close, limiter=self._one)

    def _call(self, call: "Callable[[Github], T]") -> T:
        if self._github is None:
            self._github = self._open()
        from github import GithubException

        try:
            return call(self._github)
        except GithubException as error:
            raise _answered(error) from None
        except OSError as error:
            raise _broken(error) from None
        except Unreadable as error:
            raise Unsure(str(error)) from None
        except Exception as error:  # noqa: BLE001 - PyGithub asserts and raises what it likes on an answer that it doesn't expect, and then the request was sent
            raise Unsure(f"an answer that can't be read ({type(error).__name__})") from None

    def _open(self) -> "Github":
        """Make the object here, off the loop: the import alone takes more than half a second."""
        from github import Auth, Github

        return Github(
            auth=Auth.Token(self._credential.token),
            base_url=self._credential.api,
            timeout=self._timeout,
            user_agent="opsroom",
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        )


def request(github: "Github", verb: str, path: str, body: object = None) -> object:
    """One request that PyGithub has no safe verb for, and what it answered.

    `path` begins with a slash, each part of it quoted.
    """
    return _exchange(github, verb, path, body, {})[0]


def dated(
    github: "Github", path: str, parameters: Mapping[str, str | int]
) -> tuple[object, datetime | None]:
    """What is at `path`, and what time it is for the host."""
    answer, headers = _exchange(github, "GET", path, None, parameters)
    return answer, _date(headers.get("date", ""))


def _exchange(
    github: "Github", verb: str, path: str, body: object, parameters: Mapping[str, str | int]
) -> tuple[object, Mapping[str, str]]:
    status, headers, text = github.requester.requestJson(
        verb, path, parameters=dict(parameters), input=body
    )
    try:
        answer: object = json.loads(text) if text else None
    except ValueError:
        answer = None if status >= 400 else Unreadable
    if status >= 400:
        raise github.requester.createException(status, headers, dict(mapping(answer) or {}))
    if status >= 300 or answer is Unreadable:
        raise Unreadable(f"the host's answer can't be read ({status})")
    return answer, headers


def _answered(error: "GithubException") -> Exception:
    """What an answer that isn't a success means for a write."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    message = _message(error)
    if _is_limit(error.status, headers, message):
        told = _retry_after(headers)
        if told is None and headers.get("x-ratelimit-remaining") == "0":
            told = _until_reset(headers)
        untold, longest = UNTOLD_QUIET.total_seconds(), LONGEST_QUIET.total_seconds()
        seconds = untold if told is None else min(max(1.0, told), longest)
        why = f"the host limits requests ({error.status})"
        return Limited(seconds, why, told=told is not None)
    if error.status == 401:
        return NotLetIn(
            "the host doesn't accept the write token",
            "see that write_token is right and has not expired",
        )
    if error.status >= 500 or error.status == 408:
        return Unsure(f"the host answered {error.status}")
    return Declined(error.status, message)


def _message(error: "GithubException") -> str:
    """The host's own words, with the details that it gives beside them; one line, cut."""
    data = mapping(error.data) or {}
    words = [data.get("message")]
    for each in entries(data.get("errors")):
        detail = mapping(each)
        words.append(each if detail is None else detail.get("message") or detail.get("code"))
    return plain("; ".join(word for word in words if isinstance(word, str)), 300)


def _is_limit(status: int, headers: Mapping[str, str], message: str) -> bool:
    from github.Requester import Requester

    return status == 429 or (
        status == 403
        and (
            "retry-after" in headers
            or headers.get("x-ratelimit-remaining") == "0"
            or "abuse" in message.lower()
            or Requester.isRateLimitError(message)
        )
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    at = _date(value)
    return (at - _now(headers)).total_seconds() if at else None


def _until_reset(headers: Mapping[str, str]) -> float | None:
    value = headers.get("x-ratelimit-reset", "").partition(".")[0]
    return float(value) - _now(headers).timestamp() + 1 if value.isdecimal() else None


def _now(headers: Mapping[str, str]) -> datetime:
    """The host's own time, by which it counts; ours may be wrong."""
    return _date(headers.get("date", "")) or datetime.now(UTC)


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _broken(error: OSError) -> Exception:
    """What a connection that failed means: whether the request can have been sent at all."""
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    if isinstance(cause, NewConnectionError | ConnectTimeoutError):
        return HostError("the host can't be reached", "see whether it is up, and base_url right")
    return Unsure(f"the connection broke ({type(error).__name__})")
