"""The tokens of the centre, made at its first start: who may call it, and who may approve.

The server token may stand in settings instead. The approver token is a person's, and only the
file holds it.
"""

import os
import secrets
from pathlib import Path

from opsroom.errors import SettingsError
from opsroom.settings import Settings


def server_token(settings: Settings) -> str:
    """The token, made and kept in `$OPSROOM_HOME/server.token` (0600) where there is none.

    Raises:
        SettingsError: the file can't be read or written, is empty, or others can read it.
    """
    return known_token(settings) or _made(settings.server_token_file)


def approver_token(settings: Settings) -> str:
    """The token, made and kept in `$OPSROOM_HOME/approver.token` (0600) where there is none.

    Raises:
        SettingsError: the file can't be read or written, is empty, or others can read it.
    """
    file = settings.approver_token_file
    return _kept(file) or _made(file)


def known_token(settings: Settings) -> str | None:
    """The token of the settings, else the one that was made before, else None.

    Raises:
        SettingsError: the file can't be read, is empty, or others can read it.
    """
    if settings.server.token:
        return settings.server.token.get_secret_value()
    return _kept(settings.server_token_file)


def _kept(file: Path) -> str | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"the token in {file} can't be read: {error.strerror}") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as opened:
        mode = os.fstat(opened.fileno()).st_mode & 0o077
        token = opened.read(4096).strip()
    if mode:
        raise SettingsError(
            f"others on this machine can read the token in {file}",
            f"delete it, a new one is made at the next start; or `chmod 600 {file}`",
        )
    if not token:
        raise SettingsError(f"{file} is empty", "delete it, a new one is made at the next start")
    return token


def _made(file: Path) -> str:
    """A new token. Two processes that start together agree: the one that is late reads."""
    token = secrets.token_urlsafe(32)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(f"{token}\n")
        try:
            os.link(draft, file)
        except FileExistsError:
            return _kept(file) or token
        finally:
            draft.unlink()
    except OSError as error:
        raise SettingsError(
            f"no token can be kept in {file}: {error.strerror}",
            "mend the folder, or name another with OPSROOM_HOME",
        ) from error
    return token
