"""Values as a settings file writes them: paths, durations, addresses, and where secrets are kept.

A secret is never written down: `env:NAME` or `file:PATH` says where it is. A path is relative to
the folder of the settings file; nothing depends on the working directory.
"""

import ipaddress
import os.path
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, SecretStr, Strict, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from opsroom.errors import SettingsError, UsageError
from opsroom.model.duration import parse_duration
from opsroom.model.nearest import suggestion
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.where import Where

LONGEST_TARGET = 2_000
SECRET_QUERY = re.compile(
    r"[?&;][^=&;]{0,40}(?:token|key|secret|passw|auth|sig)[^=&;]{0,40}=", re.IGNORECASE
)
"""A parameter of an address that is there to let somebody in."""
LARGEST_FILE = 1_000_000
"""Bytes of a settings file, or of the file that holds a secret."""


@dataclass(frozen=True)
class Context:
    """Where a settings file stands: its folder for relative paths, and the environment."""

    folder: Path
    environ: Mapping[str, str]


NO_FILE = Context(Path("/"), {})


def _written(read: Callable[[str, Context], object]) -> BeforeValidator:
    """Read a string; a value of the right type passes. `read` raises UsageError."""

    def validate(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        try:
            return read(value, info.context or NO_FILE)
        except UsageError as error:
            raise _refused(error.message, error.hint) from None

    return BeforeValidator(validate)


def _refused(what: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{what}", {"what": what, "hint": hint})


def _path(text: str, context: Context) -> Path:
    """Expand `~`; a relative path is relative to the folder of the settings file."""
    expanded = os.path.expanduser(text)
    if not text or "\0" in text or expanded.startswith("~"):
        raise UsageError("not a path", "write /absolute/path or ~/path")
    return Path(os.path.abspath(context.folder / expanded))


def _referred(text: str, context: Context) -> str | None:
    """Return what `env:NAME` or `file:PATH` stands for, None if `text` is neither."""
    kind, _, name = text.partition(":")
    if kind == "env":
        found = context.environ.get(name, "").strip()
        if not found:
            raise UsageError(
                f"the environment variable {plain(name, 80)} is not set",
                "set it, or keep the secret in a file and write file:PATH",
            )
        return found
    if kind == "file":
        path = _path(name, context)
        found = read_text(path).strip()
        if not found:
            raise UsageError(f"the file {path} is empty", "write the secret into it")
        return found
    return None


def _kept_elsewhere(text: str, context: Context) -> str:
    """Return a secret from where the settings say that it is."""
    found = _referred(text, context)
    if found is None:
        raise UsageError(
            "a secret can't be written into the settings",
            'keep it elsewhere, and write "env:NAME" or "file:PATH" here',
        )
    return found


def _secret(text: str, context: Context) -> SecretStr:
    found = _kept_elsewhere(text, context)
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise UsageError("a token is one word of ASCII characters", "make a new one")
    return SecretStr(found)


def _token(text: str, context: Context) -> SecretStr | str:
    """Return a token, or `gh`: whoever may start programs asks the command line for it."""
    if text == "gh":
        return text
    try:
        return _secret(text, context)
    except UsageError as error:
        hint = error.hint.replace('"file:PATH"', '"file:PATH" or "gh"')
        raise UsageError(error.message, hint) from None


def _pem(text: str, context: Context) -> SecretStr:
    found = _kept_elsewhere(text, context)
    if not re.match(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s", found):
        raise UsageError("not a private key", "download the App's key again: a file in PEM")
    return SecretStr(found)


def _owners(value: object) -> object:
    """Accept one name, or several."""
    names: tuple[object, ...] = (value,)
    if isinstance(value, list | tuple):
        names = tuple(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # any values
    if not (names and all(isinstance(name, str) for name in names)):
        raise _refused("not a name", 'write owner = "NAME", or owner = ["NAME", "OTHER"]')
    for name in names:
        if not re.fullmatch(OWNER, str(name)):
            raise _refused(
                f"{plain(str(name), 60)!r} is not the name of an owner",
                'write the name alone, like "acme"; `include` chooses repositories',
            )
    return names


def _glob(text: str, _: Context) -> str:
    if text.count("/") != 1 or text.startswith("/") or text.endswith("/"):
        raise UsageError("not a glob over owner/name", 'write "acme/*" or "*/web-*"')
    return text.lower()


def _string(value: object) -> object:
    """Refuse what is no string, before a choice of types says it twice."""
    if not isinstance(value, str | SecretStr):
        raise _refused("not a string", 'write "env:NAME", "file:PATH" or "gh"')
    return value


def _app(value: object) -> object:
    """Accept a number too."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value


def _store(text: str, context: Context) -> str:
    """Accept a Postgres URL; the error doesn't show it, as it may hold a password."""
    url = _referred(text, context) or text
    if not re.fullmatch(r"postgresql://\S+", url):
        raise UsageError(
            "not a Postgres URL",
            'write "postgresql://host/database", or leave it out for SQLite in `home`',
        )
    return url


def _target(text: str, _: Context) -> str:
    """Accept what a probe asks; the error doesn't show it, as it may hold a password."""
    if len(text) > LONGEST_TARGET or not text.isprintable() or " " in text:
        raise UsageError("not a target", "write an address, host:port or a name")
    if re.search(r"^[^/?#]*@|://[^/?#]*@", text) or SECRET_QUERY.search(text):
        raise UsageError("it holds credentials", "write it without; what it tells needs no login")
    return text


def _severity(text: str, _: Context) -> Severity | None:
    if text not in ("off", *Severity):
        raise UsageError("unknown severity", suggestion(text, ["off", *Severity]))
    return None if text == "off" else Severity(text)


def _network(text: str, _: Context) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise UsageError("not an address", 'write "10.0.0.2" or "10.0.0.0/8"') from None


def _shaped(pattern: str, what: str, hint: str) -> BeforeValidator:
    """Accept a string of one shape, without a slash at its end."""

    def read(text: str, _: Context) -> str:
        if not re.fullmatch(pattern, text):
            raise UsageError(what, hint)
        return text.rstrip("/")

    return _written(read)


def on_loopback(host: str) -> bool:
    """Whether a host name surely is this machine; False where that can't be told."""
    name = host.strip("[]").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def read_text(file: Path) -> str:
    """Return the text of a file that is not too large."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SettingsError(f"{file} does not exist", "give the path of a file") from None
    except IsADirectoryError:
        raise SettingsError(f"{file} is a folder", "give the path of a file") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"{file} can't be read", f"{reason}") from None
    if len(raw) > LARGEST_FILE:
        raise SettingsError(f"{file} is too large", f"at most {LARGEST_FILE} bytes are read")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{file}, line {line}: not UTF-8", "save it as UTF-8") from None


def from_here(path: Path) -> Path:
    """Make a path of the command line absolute."""
    return Path(os.path.abspath(os.path.expanduser(path)))


def absolute(path: Path, name: str) -> Path:
    """Refuse what depends on the working directory."""
    if not path.is_absolute():
        raise SettingsError(f"{name} is {plain(str(path))}", "it has to be an absolute path")
    return path


OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
HOST = r"[A-Za-z0-9._-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?"
Word = Annotated[str, StringConstraints(min_length=1)]
Folder = Annotated[Path, _written(_path)]
Duration = Annotated[timedelta, Strict(), _written(lambda text, _: parse_duration(text))]
HostHeader = Annotated[str, _shaped(HOST, "not a host", "write a name or address, and :port")]
Site = Annotated[
    str, _shaped(r"https?://[^\s/@?#]+(/[^\s?#]*)?", "not a site", "write https://host/path")
]
Target = Annotated[str, _written(_target)]
BasePath = Annotated[
    str, _shaped(r"(/[A-Za-z0-9._~-]+)*/?", "not a path of a site", 'write "/opsroom"')
]
Network = Annotated[str, _written(_network)]
Filter = Annotated[Where, _written(lambda text, _: Where.parse(text))]
SeverityOrOff = Annotated[Severity | None, _written(_severity)]
Secret = Annotated[SecretStr, _written(_secret)]
PostgresUrl = Annotated[str, _written(_store)]
Token = Annotated[Literal["gh"] | SecretStr, _written(_token), BeforeValidator(_string)]
Pem = Annotated[SecretStr, _written(_pem)]
Glob = Annotated[str, _written(_glob)]
AppId = Annotated[str, BeforeValidator(_app), StringConstraints(pattern=r"^[A-Za-z0-9.]+$")]
Owners = Annotated[tuple[str, ...], BeforeValidator(_owners)]
