"""Reading files of a stranger's repository: regular ones only, bounded, never a wait.

A FIFO would block for ever, a device could do worse, and a link may lead anywhere.
"""

import os
import stat
from pathlib import Path

from opsroom.errors import ObservationError

FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


def read_regular(path: Path | str, limit: int = 1 << 20) -> bytes | None:
    """The bytes of a regular file, or None where there is no such file.

    Raises:
        ObservationError: it is there but can't be read: a link or a device, no permission, or
            more than `limit` bytes.
    """
    try:
        descriptor = os.open(path, FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ObservationError(
            f"{os.path.basename(path)} can't be read ({error.strerror})"
        ) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ObservationError(f"{os.path.basename(path)} is not a regular file")
        if status.st_size > limit:
            raise ObservationError(f"{os.path.basename(path)} is larger than {limit:,} bytes")
        content = os.read(descriptor, status.st_size + 1)
        while len(content) < status.st_size and (more := os.read(descriptor, limit)):
            content += more
        return content
    finally:
        os.close(descriptor)
