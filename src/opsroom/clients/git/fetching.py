"""Fetching one commit of a remote into a Git directory of our own, within bounds.

The configuration is ours, not a stranger's: the Git directory was made here. What comes over the
wire is not trusted: objects are checked, no tag, submodule or other ref is followed, redirects are
refused (the credential would follow them), and time and size are bounded. The credential travels
in the environment, never among the arguments, and is sent to the remote's own host alone.
"""

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from opsroom.clients.git.command import MAX_MEMORY, GitFailed, Setting, complaint, git_program
from opsroom.clients.git.command import environment as quiet
from opsroom.clients.git.place import Place
from opsroom.clients.process import run
from opsroom.errors import ObservationError

FETCHED = "refs/opsroom/fetched"
"""The ref that holds the commit which was fetched last."""

SECONDS = 300.0
LARGEST_PACK = 2 << 30
"""Bytes that one fetch may bring."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

SETTINGS: tuple[Setting, ...] = (
    ("protocol.https.allow", "always"),
    ("credential.helper", ""),
    ("fetch.fsckObjects", "true"),
    ("fetch.showForcedUpdates", "false"),
    ("gc.auto", "0"),
    ("http.followRedirects", "false"),
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "30"),
    ("maintenance.auto", "false"),
)

FORGIVEN: tuple[Setting, ...] = tuple(
    (f"fetch.fsck.{name}", "ignore")
    for name in (
        *("badDate", "badDateOverflow", "badEmail", "badName", "badTimezone", "badTagName"),
        *("missingEmail", "missingNameBeforeEmail", "missingSpaceBeforeDate"),
        *("missingSpaceBeforeEmail", "missingTaggerEntry", "zeroPaddedDate", "zeroPaddedFilemode"),
    )
)
"""What Git finds wrong in many an old commit, and harms nobody."""


def fetch(
    place: Place, url: str, commit: str, token: str | None = None, *, largest: int = LARGEST_PACK
) -> None:
    """Bring `commit` (a full id), without its history, and keep it as `FETCHED`.

    `url` is `https://`, or `http://` on this machine. `largest` is in bytes.

    Raises:
        ObservationError: not such a URL or id.
        GitFailed: the remote doesn't answer, doesn't have it, or a bound was reached.
    """
    if not COMMIT.fullmatch(commit):
        raise ObservationError("only a full commit id is fetched", commit[:80])
    _fetch(place, url, ("--depth=1",), (f"+{commit}:{FETCHED}",), token, largest)


def fetch_past(
    place: Place, url: str, token: str | None = None, *, largest: int = LARGEST_PACK
) -> None:
    """Bring every branch and tag with all of its history, and forget those that are gone.

    What was there before stays as objects. Refs of pull requests are not fetched: they hold what
    strangers propose. Flaws of old commits that mislead nobody are forgiven.

    Raises:
        ObservationError: not such a URL.
        GitFailed: the remote doesn't answer, or a bound was reached.
    """
    refs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    _fetch(place, url, ("--prune",), refs, token, largest, FORGIVEN)


def _fetch(
    place: Place,
    url: str,
    options: tuple[str, ...],
    refs: tuple[str, ...],
    token: str | None,
    largest: int,
    more: tuple[Setting, ...] = (),
) -> None:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or local) or parts.username or parts.password:
        raise ObservationError("only https:// without a password in it is fetched from", url[:200])
    settings = [*SETTINGS, *more]
    if local:
        settings.append(("protocol.http.allow", "always"))
    if token:
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode("ascii")
        site = f"{parts.scheme}://{parts.netloc}/"
        settings.append((f"http.{site}.extraHeader", f"Authorization: Basic {basic}"))
    arguments = (
        *("fetch", "--quiet", *options, "--no-tags", "--no-recurse-submodules"),
        *("--no-write-fetch-head", "--no-auto-maintenance", "--end-of-options"),
        *(url, *refs),
    )
    _run(place, arguments, settings, allowed="http:https" if local else "https", largest=largest)


def _run(
    place: Place, arguments: Sequence[str], settings: list[Setting], *, allowed: str, largest: int
) -> None:
    env = quiet(place, settings)
    env["GIT_ALLOW_PROTOCOL"] = allowed
    done = run(
        [git_program(), *arguments],
        cwd=place.folder,
        env=env,
        timeout=SECONDS,
        max_output=1 << 20,
        max_memory=MAX_MEMORY,
        max_file=largest,
    )
    if done.outcome != "finished" or done.code != 0:
        raise GitFailed(complaint("fetch", done, SECONDS))


def prepare(folder: Path) -> Place:
    """An empty bare repository in `folder`, which is made; one that is there already is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(folder, folder, None)
    if not (folder / "HEAD").exists():
        (folder / "objects").mkdir(exist_ok=True)
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "config").write_text(
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n", encoding="ascii"
        )
        (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    return place
