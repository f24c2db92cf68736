"""Secrets in the formats of their makers: random at every run, so that none of them stands here.

Prefixes are written in two parts, and what only a name gives away is put together at run time:
no scanner of this repository sees anything in this file.
"""

import base64
import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

ALNUM = string.ascii_letters + string.digits
HEX = string.hexdigits[:16]
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
BASE64 = ALNUM + "+/"
URL = ALNUM + "_-"
BASE32 = string.ascii_uppercase + "234567"


@dataclass
class Maker:
    """Random text from a seed."""

    chance: random.Random

    def of(self, length: int, letters: str = ALNUM) -> str:
        """So many of these letters."""
        return "".join(self.chance.choice(letters) for _ in range(length))

    def digits(self, length: int) -> str:
        """A number without a zero in front."""
        return self.of(1, "123456789") + self.of(length - 1, string.digits)

    def password(self, length: int = 16) -> str:
        """As a generator of passwords makes them: letters of both cases, digits."""
        return f"{self.of(length - 4)}{self.of(2, string.digits)}{self.of(2, 'kQzX')}"

    def lines(self, count: int) -> str:
        """Lines of Base64, as in a key file."""
        return "\n".join(self.of(64, BASE64) for _ in range(count))


Make = Callable[[Maker], str]


@dataclass(frozen=True)
class Seed:
    """One kind: the file it stands in, what makes it, and the text around it.

    `@` is where the secret goes; of `@@` the first.
    """

    kind: str
    path: str
    make: Make
    text: str = "@\n"


def pem(kind: str, body: str) -> str:
    """A key between its two lines."""
    label = f"{kind} KEY".strip()
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----"


def private(kind: str) -> Make:
    """A private key of this kind."""
    return lambda m: pem(f"{kind} PRIV¦ATE".strip(), m.lines(12))


def prefixed(prefix: str, length: int, letters: str = ALNUM, end: str = "") -> Make:
    """A prefix and a random rest. `¦` in the prefix is only there to keep it apart here."""
    return lambda m: prefix + m.of(length, letters) + end


def pattern(form: str) -> Make:
    """A form in which `{24h}` is 24 hex digits, and so on by the letters below."""
    kinds = {"h": HEX, "a": ALNUM, "u": UPPER, "l": LOWER, "d": string.digits, "b": BASE64,
             "w": URL, "c": string.ascii_letters, "t": BASE32}  # fmt: skip

    def make(m: Maker) -> str:
        out, rest = "", form
        while "{" in rest:
            before, _, rest = rest.partition("{")
            code, _, rest = rest.partition("}")
            out += before + m.of(int(code[:-1]), kinds[code[-1]])
        return out + rest

    return make


def password(m: Maker) -> str:
    """A good password."""
    return m.password()


def jwt(m: Maker) -> str:
    """A signed token of a made-up user."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": m.of(12), "iss": f"https://{m.of(8, LOWER)}.test", "iat": int(m.digits(10))}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{m.of(43, URL)}"


def pair(m: Maker) -> str:
    """`user:password` in Base64."""
    return base64.b64encode(f"{m.of(6, LOWER)}:{m.password()}".encode()).decode()


def encoded_password(m: Maker) -> str:
    """A password in Base64."""
    return base64.b64encode(m.password(20).encode()).decode()


def encoded_token(m: Maker) -> str:
    """A token, hidden in Base64."""
    token = plain(pattern("gh¦p_{36a}")(m))
    return base64.b64encode(f"token: {token}".encode()).decode()


def wireguard(m: Maker) -> str:
    """32 bytes in Base64."""
    return base64.b64encode(m.chance.randbytes(32)).decode()


def google_account(m: Maker) -> str:
    """The private key of a Google service account, as JSON writes it."""
    return pem("PRIV¦ATE", m.lines(20)).replace("\n", "\\n") + "\\n"


def plain(text: str) -> str:
    """What is really written: `¦` only keeps apart here what scanners would see."""
    return text.replace("¦", "")


@dataclass(frozen=True)
class Planted:
    """A secret in a file: the line it stands on counts from 1."""

    kind: str
    path: str
    line: int
    secret: str
    content: str


def planted(seed: Seed, m: Maker) -> Planted:
    """A file with a secret of this kind."""
    secret = plain(seed.make(m))
    before, _, after = plain(seed.text).partition("@")
    line = before.count("\n") + 1
    return Planted(seed.kind, seed.path, line, secret, f"{before}{secret}{after}")
