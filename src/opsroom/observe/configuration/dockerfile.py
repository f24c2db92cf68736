"""Dockerfiles: what makes an image that others can get into, or that nobody can build twice.

Instructions are read as the reference of the Dockerfile says: comments, the escape directive,
continued lines, heredocs. Nothing is expanded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

from opsroom.model.severity import Severity
from opsroom.observe.configuration import Rule, Seen
from opsroom.observe.configuration.words import floating, guessable, is_secret
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.plain_text import text_of

MOST_INSTRUCTIONS = 5_000
LONGEST_HEREDOC = 2_000
"""Lines."""

UNPINNED = Rule(
    "dockerfile/unpinned-image",
    Severity.LOW,
    "The base image has no settled version",
    "Tomorrow's build may start from another image, with other flaws, and nobody will know why.",
    "Name a tag other than `latest`, better with the digest: `FROM debian:13@sha256:...`.",
)
ROOT = Rule(
    "dockerfile/root-user",
    Severity.LOW,
    "The image runs as root",
    "Who breaks out of the program is root in the container, one flaw away from the host.",
    "End the last stage with `USER` and an account that owns only what it needs.",
)
NO_USER = Rule(
    "dockerfile/no-user",
    Severity.INFO,
    "The image does not say as whom it runs",
    "Without `USER` it is root, unless the base image says otherwise.",
    "End the last stage with `USER` and an account that owns only what it needs.",
)
PIPED = Rule(
    "dockerfile/piped-download",
    Severity.MEDIUM,
    "A download is run without a look at it",
    "Whoever answers for that address at build time runs what they like in the image.",
    "Download a settled version, compare its checksum, and run it then.",
)
UNVERIFIED = Rule(
    "dockerfile/unverified-download",
    Severity.MEDIUM,
    "A download is not verified",
    "Without certificates and signatures anybody on the way can put something else in its place.",
    "Take the option out; install the certificate or key that is missing.",
)
REMOTE_ADD = Rule(
    "dockerfile/remote-add",
    Severity.LOW,
    "A file is added from the network without a checksum",
    "It may be another file tomorrow.",
    "Give `ADD --checksum=sha256:...`, or commit the file.",
)
SECRET = Rule(
    "dockerfile/secret-in-image",
    Severity.MEDIUM,
    "A secret is written into the image",
    "Everybody who can pull the image, or read its history, can read it.",
    "Use `RUN --mount=type=secret`, or give it when the container starts; then change the secret.",
)
COPIED = Rule(
    "dockerfile/copied-secret",
    Severity.MEDIUM,
    "A file that holds secrets is copied into the image",
    "Everybody who can pull the image can read it, even when a later layer deletes it.",
    "Use `RUN --mount=type=secret`, and list the file in `.dockerignore`.",
)
SUDO = Rule(
    "dockerfile/sudo",
    Severity.LOW,
    "`sudo` is run in the build",
    "It is root anyway or should not become it, and the program stays in the image.",
    "Switch with `USER` for the steps that need it.",
)
WRITABLE = Rule(
    "dockerfile/writable-by-all",
    Severity.LOW,
    "Files are made writable by everybody",
    "Any process in the container can change what others run.",
    "Give the files to the account that writes them: `COPY --chown`.",
)
SSH = Rule(
    "dockerfile/exposed-ssh",
    Severity.LOW,
    "The image offers SSH",
    "A second way in, with keys and accounts of its own, that nobody updates.",
    "Use `docker exec` or `kubectl exec`.",
)
NO_HEALTHCHECK = Rule(
    "dockerfile/no-healthcheck",
    Severity.INFO,
    "The image does not say how to tell that it works",
    "Docker counts a container that hangs as running. Kubernetes has probes of its own instead.",
    "Add a `HEALTHCHECK`.",
)
RULES = (
    *(UNPINNED, ROOT, NO_USER, PIPED, UNVERIFIED, REMOTE_ADD, SECRET, COPIED, SUDO, WRITABLE),
    *(SSH, NO_HEALTHCHECK),
)

WORDS = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK"),
        *("LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME"),
        "WORKDIR",
    }
)
ESCAPE = re.compile(r"#\s*escape\s*=\s*([\\`])\s*$", re.IGNORECASE)
DIRECTIVE = re.compile(r"#\s*\w+\s*=")
HEREDOC = re.compile(r"<<-?([\"']?)(\w+)\1")
PAIR = re.compile(r"""(?<![\w.-])([A-Za-z_][\w.-]{0,200})=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']*)""")
FLAG = re.compile(r"--[a-z-]+(?:=\S*)?\s+")

PIPE = re.compile(
    r"\b(?:curl|wget|fetch)\b[^|;&]{0,500}\|\s*(?:sudo\s+)?(?:env\s+)?(?:/\S{0,40}/)?"
    r"(?:ba|da|z|k|a)?sh\b(?!\s*-c\s*['\"]?\$)"
)
SUBSTITUTED = re.compile(
    r"(?:\b(?:ba|da|z|k|a)?sh\s+-c\s+[\"']?|\b(?:ba|z|k)?sh\s+|\bsource\s+|\beval\s+[\"']?)"
    r"(?:\$\(|<\(|`)\s*(?:curl|wget)\b"
)
INSECURE = (
    re.compile(r"\bcurl\b[^|;&]{0,500}?\s(?:-[a-zA-Z]{0,8}k[a-zA-Z]{0,8}|--insecure)(?=\s|$)"),
    re.compile(r"\bwget\b[^|;&]{0,500}?\s--no-check-certificate\b"),
    re.compile(r"\bapt(?:-get)?\b[^|;&]{0,500}?(?:--allow-unauthenticated|--force-yes)\b"),
    re.compile(r"\bapk\b[^|;&]{0,500}?--allow-untrusted\b"),
    re.compile(r"\b(?:yum|dnf)\b[^|;&]{0,500}?--nogpgcheck\b"),
    re.compile(r"\bpip3?\b[^|;&]{0,500}?--trusted-host\b"),
    re.compile(r"\bnpm\b[^|;&]{0,200}?strict-ssl[ =]+false\b"),
    re.compile(r"http\.sslVerify[ =]+[\"']?false\b|\bGIT_SSL_NO_VERIFY=(?:1|true)\b"),
    re.compile(r"\bNODE_TLS_REJECT_UNAUTHORIZED=[\"']?0\b|\bPYTHONHTTPSVERIFY=[\"']?0\b"),
)
COMMAND_END = re.compile(r"[;&|\n]")
LONGEST_ANCHOR = 1_000
RUN_SUDO = re.compile(r"(?:^|[;&|]\s*|\bthen\s+|\bdo\s+)sudo\s+(?!--?version)\S")
CHMOD = re.compile(r"\bchmod\s+(?:-\w+\s+)*(?:0?777|a\+rwx|ugo\+rwx|o\+w|a\+w)\b")
SECRET_FILES = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.(?:local|prod|production))?|\.netrc|\.pgpass|"
    r"\.git-credentials|\.aws(?:/credentials)?|\.ssh|kubeconfig|[^/]+\.(?:pem|p12|pfx|keystore|jks))/?$"
)
PUBLIC_PEM = re.compile(
    r"(?i)(?:^|[/_.-])(?:ca|cert|certs|chain|fullchain|public|pub)[^/]{0,40}\.pem$"
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its word, what follows it on one line, and the line where it begins."""

    word: str
    rest: str
    line: int
    heredoc: str = ""


def instructions(content: bytes) -> list[Instruction]:
    """The instructions of a Dockerfile.

    Raises:
        NotUnderstood: it is none: an unknown word stands where an instruction should.
    """
    lines = text_of(content).split("\n")
    found: list[Instruction] = []
    escape, number, head = "\\", 0, True
    while number < len(lines):
        begin = number
        stripped = lines[number].strip()
        number += 1
        if head and (directive := ESCAPE.match(stripped)):
            escape = directive[1]
        head = head and DIRECTIVE.match(stripped) is not None
        if not stripped or stripped.startswith("#"):
            continue
        parts: list[str] = []
        while stripped.endswith(escape) and number < len(lines):
            parts.append(stripped[:-1])
            while number < len(lines) and _passed_over(lines[number]):
                number += 1
            stripped = lines[number].strip() if number < len(lines) else ""
            number += 1
        parts.append(stripped.rstrip(escape) if number >= len(lines) else stripped)
        word, rest = [*" ".join(parts).split(None, 1), ""][:2]
        if word.upper() not in WORDS:
            raise NotUnderstood(f"no instruction in line {begin + 1}")
        number, inside = _heredocs(lines, number, rest if word.upper() in HAVE_HEREDOC else "")
        found.append(Instruction(word.upper(), rest.strip(), begin + 1, inside))
        if len(found) > MOST_INSTRUCTIONS:
            raise NotUnderstood(f"more than {MOST_INSTRUCTIONS:,} instructions")
    return found


HAVE_HEREDOC = frozenset({"RUN", "COPY", "ADD"})


def _passed_over(line: str) -> bool:
    """Whether a line between continued lines says nothing."""
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _heredocs(lines: list[str], number: int, rest: str) -> tuple[int, str]:
    """Where the heredocs that `rest` begins have ended, and their text."""
    inside: list[str] = []
    for mark in [match[2] for match in HEREDOC.finditer(rest)][:20]:
        last = min(len(lines), number + LONGEST_HEREDOC)
        end = next((n for n in range(number, last) if lines[n].strip() == mark), None)
        if end is None:
            break
        inside += lines[number:end]
        number = end + 1
    return number, "\n".join(inside)


def check(path: str, content: bytes) -> Iterator[Seen] | None:
    """What is wrong in a Dockerfile; None: there is nothing in it."""
    found = instructions(content)
    if not any(each.word == "FROM" for each in found):
        if found:
            raise NotUnderstood("no FROM")
        return None
    return _check(found)


def _check(found: list[Instruction]) -> Iterator[Seen]:
    stages: set[str] = set()
    for each in found:
        if each.word == "FROM":
            words = FLAG.sub("", each.rest).split()
            image = words[0] if words else ""
            if image.lower() not in stages and image != "scratch" and floating(image):
                yield Seen(UNPINNED, each.line, image, f"FROM {image}")
            if len(words) == 3 and words[1].lower() == "as":
                stages.add(words[2].lower())
        elif each.word in {"ENV", "ARG"}:
            yield from _variables(each)
        elif each.word in {"ADD", "COPY"}:
            yield from _copies(each)
        elif each.word == "RUN":
            yield from _commands(each)
        elif each.word == "EXPOSE" and {"22", "22/tcp"}.intersection(each.rest.split()):
            yield Seen(SSH, each.line, "", each.rest)
    yield from _last_stage(found)


def _last_stage(found: list[Instruction]) -> Iterator[Seen]:
    begin = max(number for number, each in enumerate(found) if each.word == "FROM")
    stage = found[begin:]
    image = FLAG.sub("", stage[0].rest)
    users = [each for each in stage if each.word == "USER"]
    if users and users[-1].rest.partition(":")[0].strip("\"'") in {"root", "0"}:
        yield Seen(ROOT, users[-1].line, users[-1].rest, f"USER {users[-1].rest}")
    elif not users and any(each.word in {"CMD", "ENTRYPOINT"} for each in stage):
        yield Seen(NO_USER, stage[0].line, "", f"FROM {image}")
    runs = any(each.word in {"CMD", "ENTRYPOINT"} for each in stage)
    if runs and not any(each.word == "HEALTHCHECK" for each in stage):
        yield Seen(NO_HEALTHCHECK, stage[0].line, "", f"FROM {image}")


def _variables(each: Instruction) -> Iterator[Seen]:
    pairs = [(match[1], match[2].strip("\"'")) for match in PAIR.finditer(each.rest)]
    if each.word == "ENV" and "=" not in each.rest.split(" ", 1)[0]:
        name, _, value = each.rest.partition(" ")
        pairs = [(name, value.strip().strip("\"'"))]
    for name, value in pairs:
        if value and is_secret(name, value):
            milder = Severity.LOW if guessable(value) else None
            yield Seen(SECRET, each.line, name, f"{each.word} {name}", milder)


def _copies(each: Instruction) -> Iterator[Seen]:
    flags = FLAG.findall(each.rest)
    *sources, _ = FLAG.sub("", each.rest).split() or [""]
    if any(flag.startswith("--from") for flag in flags):
        return
    for source in sources:
        source = source.strip("\"',[]")
        if source.startswith(("http://", "https://")) and each.word == "ADD":
            if not any(flag.startswith("--checksum") for flag in flags):
                yield Seen(REMOTE_ADD, each.line, source, f"ADD {source}")
        elif SECRET_FILES.search(source) and not PUBLIC_PEM.search(source):
            yield Seen(COPIED, each.line, basename(source.rstrip("/")), f"COPY {source}")


def _commands(each: Instruction) -> Iterator[Seen]:
    command = f"{each.rest}\n{each.heredoc}"[:100_000]
    for rule, patterns in (
        (PIPED, (PIPE, SUBSTITUTED)),
        (UNVERIFIED, INSECURE),
        (SUDO, (RUN_SUDO,)),
        (WRITABLE, (CHMOD,)),
    ):
        match = next((match for pattern in patterns if (match := pattern.search(command))), None)
        if match is not None:
            end = COMMAND_END.search(command, match.end())
            flagged = command[match.start() : end.start() if end else None]
            yield Seen(rule, each.line, "", flagged[:LONGEST_ANCHOR])
