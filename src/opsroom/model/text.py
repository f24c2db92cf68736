"""Text that strangers wrote, made safe to show.

Names, messages and paths come out of repositories. Before they are shown, control and invisible
characters (ANSI, bidirectional overrides, zero width) are taken out and the rest is cut.
"""

import unicodedata

UNTRUSTED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def plain(text: str, limit: int = 200) -> str:
    """One line of `text` without control or invisible characters, at most `limit` characters."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            " " if character in "\r\n\t" else character
            for character in text
            if character in "\r\n\t" or unicodedata.category(character) not in UNTRUSTED
        )
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def readable(raw: bytes) -> str:
    """Bytes from a file system as text; what is not UTF-8 becomes `\\xNN`."""
    return raw.decode("utf-8", "backslashreplace")
