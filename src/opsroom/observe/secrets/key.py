"""The key of the hashes by which secrets are told apart.

A secret is never stored, but two places that hold the same one have to be seen as one finding. A
bare hash of a weak password could be guessed; one that is keyed by 32 random bytes of this centre
can't be, by who has only the store.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from opsroom.errors import ObservationError

NAME = "secrets.key"
SIZE = 32


def secret_key(home: Path) -> bytes:
    """The key of a centre, made once in `home` with mode 0600. Two that begin together agree.

    Raises:
        ObservationError: it can't be read or made, or others on this machine can read it.
    """
    file = home / NAME
    try:
        key = _kept(file)
        if key is None:
            _make(file)
            key = _kept(file)
    except OSError as error:
        raise ObservationError(f"the key in {file} can't be had: {error.strerror}") from error
    if key is None or len(key) != SIZE:
        raise ObservationError(
            f"{file} is not a key of {SIZE} bytes",
            "delete it, a new one is made; leaked secrets are then found anew",
        )
    return key


def keyed(key: bytes, secret: bytes) -> str:
    """The HMAC-SHA256 of a secret, in 64 hex digits."""
    return hmac.new(key, secret, hashlib.sha256).hexdigest()


def _kept(file: Path) -> bytes | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        if os.fstat(opened.fileno()).st_mode & 0o077:
            raise ObservationError(
                f"others on this machine can read the key in {file}", f"`chmod 600 {file}`"
            )
        return opened.read(SIZE + 1)


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{NAME}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_bytes(SIZE))
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
