"""What only looks like a secret: placeholders, references, hashes, names, sentences."""

import base64
import binascii
import re
from collections import Counter
from itertools import pairwise
from math import log2

PLACEHOLDER = re.compile(
    r"(?i)example|redacted|deadbeef|cafebabe|iosfodnn|generate|change[\W_]*me|place[\W_]*holder"
    r"|x{6,}|\*{3,}|#{4,}|\.{3,}|…|your[\W_]|<[\w -]+>"
)
"""With which people say that a value is none; too long to come up in one by chance."""

WORD = re.compile(
    r"(?i)dummy|sample|fake|s3cr3t|foobar|lorem|todo|jbswy3dpehpk3pxp|change[\W_]*(?:this|it|in[\W_])"
    r"|replace[\W_]*(?:me|this|with)|insert[\W_]|\byour|not[\W_]*a?[\W_]*(?:real|secret)|^\[.*\]$"
    r"|x{5,}|pass(?:word|wd)?[\W_]*(?:123|here)|(?:wrong|secure|invalid)[\W_]*pass"
    r"|(?:super|my|very)[\W_]*secret|default[\W_]*(?:key|secret|pass|token)"
    r"|^[^0-9]*(?:passw(?:or)?d|auth[\W_]?token)[^0-9]*$"
)
"""The same, of values that have no form of their own."""

COMMON = re.compile(
    r"(?i)^(?:(?:the)?pass(?:word|wd|phrase)?|secret|hunter2?|s[3e]cret|admin|root|postgres(?:ql)?"
    r"|mysql|mariadb|mongo(?:db)?|redis|rabbit(?:mq)?|guest|user(?:name)?|test(?:ing)?|token|foo|bar"
    r"|baz|tiger|default|demo|qwerty|letmein|minio(?:admin)?|hidden|none|null|true|false|empty|unused"
    r"|dev|local|my|db|pw|pwd)(?:[-_.]?(?:pass(?:word|wd)?|secret|token|user|key))?[\d!@#$]{0,4}$"
)
"""Values that are in no need of guessing: what examples and tests write."""

REFERENCE = re.compile(
    r"^(?:\$|\{\{|%\(|%\w+%$|<|[@&*!]\w+@?$|#\{|ENC\[|vault:|ref\+|op://|ssm:|arn:|file:|env[:.(])"
    r"|^(?:secret://|npm:|workspace:|\{AQAA)|\$\{|\{\{|\$\(|#\{|ENC\[|process\.env|os\.environ"
    r"|getenv|secretKeyRef|\.env\."
)
"""A value that says where the secret is, or is one that was encrypted."""

CRYPTED = re.compile(r"^\$(?:apr1|\d[a-z]?|y)\$")
"""How the hash of a password begins."""

UUID = re.compile(r"(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
CODE = re.compile(
    r"^[\w$.:>-]*\(|^\{|=>|::|\)$|^[A-Za-z_$]\w*(?:\.[A-Za-z_$]\w*)+$"
    r"|^(?:self|this|cls|config|settings|env|args|opts|options|request)[.\[]"
)
PATH = re.compile(
    r"^(?:[~.]{0,2}/|[A-Za-z]:\\|\.\w)|^(?:[\w.-]+/){1,}[\w.-]+\.\w{1,6}$"
    r"|^[\w.-]+\.(?:json|ya?ml|toml|pem|key|crt|txt|env|conf|sh|js|ts|py|go)$"
)
ADDRESS = re.compile(
    r"(?i)^[a-z][a-z0-9+.-]{1,20}://|^[\w.+-]+@[\w-]+\.[\w.]+$|^[\w.-]+:\d{2,5}(?:/|$)"
)
NOT_SECRET = re.compile(
    r"(?i)(?:hash(?:ed|ers?)?|digest|checksum|integrity|public|fingerprint|commit|revision|name|file|path"
    r"|dir|url|uri|endpoint|host|domain|length|size|min|max|count|limit|policy|expir\w*|ttl|age|type|kind|field|label"
    r"|hint|error|message|msg|title|text|prompt|description|format|regex|pattern|prefix|suffix|header|version|algorithm"
    r"|method|mode|class|icon|selector|input|action|issuer|audience|scopes?|template|key_?ref|reference|"
    r"providers?|store|manager|engine|uuid|sha\d*|md5|nonce|salt_?rounds|enabled|required|valid\w*|strength"
    r"|id|ids|arn|column|table|owner|group|role|account|user|email|env|var(?:iable)?s?|param\w*|code|status|page|route"
    r"|_?at|_?on|tokenizer|tokens|secrets|passwords)$"
)
"""What the name of a value ends with when it speaks about a secret, and doesn't hold one."""

OPEN = re.compile(
    r"(?i)(?:^|[_.-])(?:public|csrf|xsrf|anon|anonymous|publishable)(?:[_.-]|$)"
    r"|(?:public|csrf|xsrf|anon|publishable)(?:key|token)"
)
"""Names of what everybody may see, or what is worth nothing later."""

NAME = re.compile(r"([A-Za-z_][\w.-]{0,80})[\"'\]]{0,2}[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}[\"'`]?$")
PASSWORD = re.compile(r"(?i)pass(?:w(?:or)?d|wd|phrase)?|pwd")
BARE_IN = re.compile(
    r"(?i)(?:^|/)(?:\.?env(?:\.[\w.-]+)?|[\w.-]*\.env|dockerfile[\w.-]*|\.(?:npmrc|pypirc|netrc|my\.cnf|pgpass|s3cfg|boto)|credentials|secrets?)$"
    r"|\.(?:ya?ml|toml|ini|cfg|conf|cnf|config|properties|props|env|envrc|tfvars|sh|bash|zsh|service|sql|txt|plist|xml|dockerfile|j2)$"
)
"""Files in which a value stands without quotes."""

DOCUMENT = re.compile(
    r"(?i)\.(?:md|mdx|rst|adoc|html?|ipynb|css|svg|po|pot|lock|sum|map|snap|csv|tsv)$"
    r"|(?:^|/)(?:package-lock|npm-shrinkwrap|composer\.lock|translations?|locales?|lang|i18n)\b"
)
"""Files whose generic values are explanations, examples or checksums."""

JOINED = re.compile(r"^(?:[A-Za-z]+\d{0,3}|\d{1,10})(?:[-_./: ](?:[A-Za-z]+\d{0,3}|\d{1,10}))+$")
"""Words and small numbers, joined: a name, or a sentence."""

WEAK = re.compile(r"^[A-Za-z]+\d{1,5}\W?$")
"""What people who write tests take for a password."""

SAFE_WORDS = re.compile(
    r"^[a-z]+(?:[_.-][a-z]+)*$|^[A-Z]+(?:_[A-Z]+)*$|^[A-Z]?[a-z]+(?:[A-Z][a-z]+)+$|^[A-Z][a-z]+$"
)
"""Words as programs name things with, in one case or another."""


def entropy(text: str) -> float:
    """Shannon's, in bits a character."""
    total = len(text)
    return -sum(count / total * log2(count / total) for count in Counter(text).values())


def is_decoy(secret: str, *, formless: bool = True) -> bool:
    """Whether a value says of itself that it is none. `formless`: its kind has no form of its own.

    Where it has one, a word of four letters in it is chance.
    """
    if PLACEHOLDER.search(secret[:400]) or len(set(secret)) < 5 or _in_sequence(secret):
        return True
    if not formless:
        return False
    if WORD.search(secret[:400]) or COMMON.search(secret):
        return True
    return bool(REFERENCE.search(secret)) and not CRYPTED.search(secret)


def _in_sequence(secret: str) -> bool:
    """Most of it counts up, down, or stands still: `12345678`, `abcdefgh`, `aaaabbbb`."""
    codes = [ord(character) for character in secret[:200].lower()]
    pairs = list(pairwise(codes))
    steps = sum(abs(a - b) <= 1 for a, b in pairs)
    return bool(pairs) and steps / len(pairs) > 0.6


def is_generic(secret: str, before: str, path: str, *, quoted: bool) -> bool:
    """Whether a value is a secret, of which only the name says so.

    `before` is the text of its line up to the value.
    """
    if DOCUMENT.search(path) or (not quoted and not BARE_IN.search(path)):
        return False
    named = NAME.search(before)
    name = named[1] if named else ""
    if (
        not name
        or NOT_SECRET.search(name)
        or OPEN.search(name)
        or before.lstrip().startswith(("import ", "from "))
    ):
        return False
    if any(rule.search(secret) for rule in (UUID, CODE, PATH, ADDRESS, JOINED, SAFE_WORDS)):
        return False
    decoded = _decoded(secret)
    if decoded is not None and (is_decoy(decoded) or SAFE_WORDS.search(decoded)):
        return False
    if not secret.isascii() or (is_test(path) and WEAK.search(secret)):
        return False
    if not re.search(r"\d", secret) or not re.search(r"[A-Za-z]", secret):
        return False
    if PASSWORD.search(name):
        return entropy(secret) >= 2.75
    return len(secret) >= 16 and entropy(secret) >= 3.2


def holds_pair(secret: str) -> bool:
    """Whether Base64 holds `user:password`, as a registry's or HTTP's basic authorization."""
    user, _, password = (_decoded(secret) or "").partition(":")
    return bool(user) and len(password) > 4 and not is_decoy(password)


def is_user_and_password(text: str) -> bool:
    """Whether there is a password after the colon, as in `curl -u user:password`."""
    password = text.strip("\"'").partition(":")[2].strip("\"'")
    return len(password) >= 4 and not is_decoy(password) and entropy(password) >= 2.2


def is_shown_token(token: str) -> bool:
    """Whether a JWT is one of those with which JWT is explained, by whom it is said to be of."""
    claims = _decoded(token.split(".")[1].replace("-", "+").replace("_", "/")) or ""
    return bool(re.search(r"(?i)1234567890|john doe|example|\"some\"", claims))


def _decoded(text: str) -> str | None:
    """The text that Base64 holds; None where it is none, or holds something else."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded.isprintable() else None


def is_key(text: str) -> bool:
    """Whether there is a key between the lines that begin and end one: not dots, not a program."""
    body = re.sub(r"-----[^-]{1,120}-----", "", text)
    return bool(re.search(r"[A-Za-z0-9+/=]{40}", body)) and not PLACEHOLDER.search(body[:400])


def is_test(path: str) -> bool:
    """Whether a file belongs to tests or examples, by the names of its folders and its own."""
    parts = set(re.split(r"[/._-]", path.lower()))
    return bool(TESTS & parts)


def is_of_others(path: str) -> bool:
    """Whether a file was copied in with a package of somebody else's."""
    return bool(OTHERS & set(path.lower().split("/")))


TESTS = frozenset(
    {
        *("test", "tests", "testing", "testdata", "spec", "specs", "fixture", "fixtures", "mock"),
        *("example", "examples", "sample", "samples", "mocks", "demo", "e2e"),
    }
)
OTHERS = frozenset({"node_modules", "site-packages", "vendor", "third_party", "bower_components"})
