"""Secrets that only the shape of a file shows: the data of a Kubernetes Secret."""

import base64
import binascii
import re
from collections.abc import Iterator

from opsroom.observe.secrets.decoys import entropy, is_decoy

SECRET = re.compile(rb"(?m)^[ \t]{0,40}[\"']?kind[\"']?[ \t]{0,8}:[ \t]{0,8}[\"']?Secret\b")
DOCUMENT = re.compile(rb"(?m)^---[ \t]*$")
SEALED = re.compile(rb"(?m)^sops:|ENC\[AES256_GCM|kind:[ \t]{0,8}SealedSecret|encryptedData:")
BLOCK = re.compile(rb"(?m)^([ \t]{0,40})[\"']?(data|stringData)[\"']?[ \t]{0,8}:[ \t]*\{?[ \t]*$")
ENTRY = re.compile(
    rb"([ \t]+)[\"']?([\w.-]{1,253})[\"']?[ \t]{0,8}:(?:[ \t]{1,8}|(?=\"))[\"']?"
    rb"([^\s\"'#,]{1,8000})[\"']?,?[ \t]*(?:#.*)?"
)
NOT_SECRET = re.compile(
    rb"(?i)(?:^|[_.-])(?:user(?:name)?|host(?:name)?|port|database|db(?:name)?|name|email|url|endpoint|region|bucket|namespace"
    rb"|enabled|type|ca\.crt|tls\.crt|cert\w*|config\w*|issuer|domain|scheme)$"
)

FOLDED = frozenset({b"|", b"|-", b"|+", b">", b">-", b">+"})
"""After which the value stands on the lines below."""

KIND = "kubernetes-secret"


def kubernetes(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Values of the data of Secrets that look secret: start, end, and the value itself.

    Values that sops or SealedSecrets encrypted are not.
    """
    if b"Secret" not in content or b"kind" not in content or not SECRET.search(content):
        return
    start = 0
    for end in [*(match.end() for match in DOCUMENT.finditer(content)), len(content)]:
        document = content[start:end]
        if SECRET.search(document) and not SEALED.search(document):
            for at, until, value in _values(document):
                yield start + at, start + until, value
        start = end


def _values(document: bytes) -> Iterator[tuple[int, int, str]]:
    for block in BLOCK.finditer(document):
        at = block.end() + 1
        while at < len(document):
            end = _line_end(document, at)
            entry = ENTRY.fullmatch(document[at:end].rstrip(b"\r"))
            if entry and len(entry[1]) > len(block[1]):
                start, until, text = at + entry.start(3), at + entry.end(3), entry[3]
                if text in FOLDED:
                    start, until, text = _scalar(document, end + 1, len(entry[1]))
                    end = max(end, until)
                value = _plain(text, encoded=block[2] == b"data")
                if value and not NOT_SECRET.search(entry[2]) and _is_secret(value):
                    yield start, until, value
            elif document[at:end].strip() and not document[at:end].startswith(block[1] + b" "):
                break
            at = end + 1


def _line_end(document: bytes, at: int) -> int:
    end = document.find(b"\n", at)
    return len(document) if end < 0 else end


def _scalar(document: bytes, at: int, indent: int) -> tuple[int, int, bytes]:
    """The lines below a key that are indented more than it: start, end, and their text."""
    start, text = at, bytearray()
    while at < len(document):
        end = _line_end(document, at)
        line = document[at:end]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        text += line.strip()
        at = end + 1
    return start, min(at, len(document)), bytes(text)


def _plain(value: bytes, *, encoded: bool) -> str | None:
    if not encoded:
        return value.decode("utf-8", "replace")
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "replace").strip()
    except (binascii.Error, ValueError):
        return None


def _is_secret(value: str) -> bool:
    return (
        len(value) >= 6
        and not is_decoy(value)
        and entropy(value) >= 2.2
        and (not re.fullmatch(r"[a-z]+(?:[ ._-][a-z]+)*|\d+|true|false", value))
    )
