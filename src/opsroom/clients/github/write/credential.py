"""The credential that may write: a type of its own, so that a reader's token can't get here."""

from dataclasses import dataclass, field
from hmac import compare_digest

from opsroom.errors import SettingsError


@dataclass(frozen=True, slots=True)
class WriteCredential:
    """`write_token` of a source, for the host whose API is at `api` (`HostAddress.rest`).

    The token is in no text of it, and only the worker takes it out.
    """

    api: str
    token: str = field(repr=False)

    @classmethod
    def given(cls, api: str, write_token: str | None, read_token: str | None) -> "WriteCredential":
        """The credential of a source.

        Raises:
            SettingsError: the source has no write token, or it is its token for reading.
        """
        if not write_token:
            raise SettingsError(
                "this source can't write: it has no write_token",
                "add write_token to the source in opsroom.toml",
            )
        if read_token and compare_digest(write_token.encode(), read_token.encode()):
            raise SettingsError(
                "write_token is the token that reads",
                "make one of its own for writing, so that reading never carries the right to write",
            )
        return cls(api.rstrip("/"), write_token)
