"""Compose files: services that are the host, or that the network can reach and should not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from opsroom.model.severity import Severity
from opsroom.observe.configuration import Rule, Seen
from opsroom.observe.configuration.words import (
    DANGEROUS_CAPABILITIES,
    DATABASE_PORTS,
    floating,
    guessable,
    host_folder,
    is_secret,
    is_socket,
)
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import rows, table, words
from opsroom.observe.reading.yaml_text import Entries, Items, document

UNPINNED = Rule(
    "compose/unpinned-image",
    Severity.LOW,
    "The image has no settled version",
    "The next `pull` may bring another program, with other flaws, and nothing tells which one ran.",
    "Name a version, better with its digest; an update bot can raise it.",
)
PRIVILEGED = Rule(
    "compose/privileged",
    Severity.HIGH,
    "The service is privileged",
    "It has every device and every right of the host; who takes it over has the host.",
    "Take `privileged` out; give the one device (`devices`) or capability (`cap_add`) it needs.",
)
CAPABILITY = Rule(
    "compose/dangerous-capability",
    Severity.MEDIUM,
    "The service may do what only the host should",
    "This capability is a known way out of a container.",
    "Take it out of `cap_add`, or name the narrower capability that is needed.",
)
SOCKET = Rule(
    "compose/container-socket",
    Severity.MEDIUM,
    "The service can reach the container runtime",
    "Who may talk to its socket can start a container with the host's disk: read-only mounting "
    "does not change that.",
    "Put a filtering proxy for the socket between, or run the service where it may own the host.",
)
HOST_FOLDER = Rule(
    "compose/host-folder",
    Severity.MEDIUM,
    "The service can read or write the host's own folders",
    "They hold the host's accounts, keys or programs.",
    "Mount the one file or folder that is needed, read-only.",
)
HOST_NAMESPACE = Rule(
    "compose/host-namespace",
    Severity.MEDIUM,
    "The service shares the host's processes or memory",
    "It can see, and often take over, what runs beside it.",
    "Take `pid: host` or `ipc: host` out.",
)
HOST_NETWORK = Rule(
    "compose/host-network",
    Severity.LOW,
    "The service shares the host's network",
    "All its ports are the host's, and what listens on localhost is no secret to it.",
    "Name the `ports` that it needs; keep it where it has to find devices by broadcast.",
)
UNCONFINED = Rule(
    "compose/unconfined",
    Severity.MEDIUM,
    "The service runs without seccomp, AppArmor or SELinux",
    "They are what stands between a flaw of the kernel and the host.",
    "Take the line out of `security_opt`, or write the profile that it needs.",
)
EXPOSED = Rule(
    "compose/exposed-database",
    Severity.MEDIUM,
    "A database can be reached from every network of the host",
    "Published ports go past most firewalls of the host: Docker sets its own rules before them.",
    "Take `ports` out (services of one project reach each other), or write `127.0.0.1:` before it.",
)
SECRET = Rule(
    "compose/secret-in-environment",
    Severity.MEDIUM,
    "A secret stands in the file",
    "Everybody who can read the repository, now or in its history, can use it.",
    "Use `secrets:`, or a variable of an `.env` file that isn't committed; then change the secret.",
)
ROOT = Rule(
    "compose/root-user",
    Severity.LOW,
    "The service is made to run as root",
    "Who breaks out of the program is root in the container, one flaw away from the host.",
    "Name an account that owns only what it needs.",
)
RULES = (
    *(UNPINNED, PRIVILEGED, CAPABILITY, SOCKET, HOST_FOLDER, HOST_NAMESPACE, HOST_NETWORK),
    *(UNCONFINED, EXPOSED, SECRET, ROOT),
)

LOCAL = ("127.", "localhost", "[::1]", "::1")
MOST_SERVICES = 1_000


def check(path: str, content: bytes) -> Iterator[Seen] | None:
    """What is wrong in a Compose file; None: it has no services."""
    whole = table(document(content))
    if not whole:
        raise NotUnderstood("no mapping at the top")
    services = table(whole.get("services"))
    if not services and ("include" in whole or "version" in whole or "volumes" in whole):
        return iter(())
    if not services:
        return None
    if len(services) > MOST_SERVICES:
        raise NotUnderstood(f"more than {MOST_SERVICES:,} services")
    return (seen for name, service in services.items() for seen in _of_one(name, table(service)))


def _of_one(name: str, service: Mapping[str, Any]) -> Iterator[Seen]:
    image = words(service.get("image"))
    if image and "build" not in service and floating(image):
        yield _seen(UNPINNED, service, "image", f"{name}: {image}", image)
    if service.get("privileged") is True:
        yield _seen(PRIVILEGED, service, "privileged", name, name)
    for capability in rows(service.get("cap_add")):
        told = words(capability).upper().removeprefix("CAP_")
        if told in DANGEROUS_CAPABILITIES:
            yield _seen(CAPABILITY, service, "cap_add", f"{name}: {told}", f"{name} {told}")
    for key in ("pid", "ipc"):
        if words(service.get(key)) == "host":
            seen = _seen(HOST_NAMESPACE, service, key, f"{name}: {key}", f"{name} {key}")
            yield replace(seen, severity=Severity.LOW) if key == "ipc" else seen
    if words(service.get("network_mode")) == "host":
        yield _seen(HOST_NETWORK, service, "network_mode", name, name)
    for option in rows(service.get("security_opt")):
        told = words(option).replace("=", ":").replace(" ", "")
        if told in {"seccomp:unconfined", "apparmor:unconfined", "label:disable"}:
            yield _seen(UNCONFINED, service, "security_opt", f"{name}: {told}", f"{name} {told}")
    if words(service.get("user")).partition(":")[0] in {"root", "0"}:
        yield _seen(ROOT, service, "user", name, name)
    yield from _volumes(name, service)
    yield from _ports(name, service)
    yield from _environment(name, service)


def _volumes(name: str, service: Mapping[str, Any]) -> Iterator[Seen]:
    for number, volume in enumerate(rows(service.get("volumes"))):
        if isinstance(volume, Entries):
            source = words(volume.get("source"))
            read_only = volume.get("read_only") is True
        else:
            source, _, rest = words(volume).partition(":")
            read_only = rest.rpartition(":")[2].split(",")[0] == "ro"
        line = _item_line(service, "volumes", number)
        if is_socket(source):
            yield Seen(SOCKET, line, name, f"{name} {source}")
        elif host_folder(source):
            milder = Severity.LOW if read_only else None
            yield Seen(HOST_FOLDER, line, f"{name}: {source}", f"{name} {source}", milder)


def _ports(name: str, service: Mapping[str, Any]) -> Iterator[Seen]:
    for number, port in enumerate(rows(service.get("ports"))):
        if isinstance(port, Entries):
            address, target = words(port.get("host_ip")), words(port.get("target"))
            published = words(port.get("published"))
        else:
            front, _, target = words(port).partition("/")[0].rpartition(":")
            address, _, published = front.rpartition(":")
        known = DATABASE_PORTS.get(int(target)) if target.isdigit() and len(target) < 6 else None
        if known and published and not address.startswith(LOCAL) and "$" not in address:
            line = _item_line(service, "ports", number)
            yield Seen(EXPOSED, line, f"{name}: {known} on port {target}", f"{name} {target}")


def _environment(name: str, service: Mapping[str, Any]) -> Iterator[Seen]:
    environment = service.get("environment")
    if isinstance(environment, Entries):
        pairs = [
            (key, words(value), environment.lines.get(key, environment.line))
            for key, value in environment.items()
        ]
    else:
        pairs = [
            (key, value, _item_line(service, "environment", number))
            for number, each in enumerate(rows(environment))
            for key, equals, value in [words(each).partition("=")]
            if equals
        ]
    for key, value, line in pairs:
        if value and is_secret(key, value):
            milder = Severity.LOW if guessable(value) else None
            yield Seen(SECRET, line, f"{name}: {key}", f"{name} {key}", milder)


def _seen(rule: Rule, service: Mapping[str, Any], key: str, subject: str, anchor: str) -> Seen:
    line = service.lines.get(key, service.line) if isinstance(service, Entries) else 0
    return Seen(rule, line, subject, anchor)


def _item_line(service: Mapping[str, Any], key: str, number: int) -> int:
    items = service.get(key)
    return items.lines[number] if isinstance(items, Items) and number < len(items.lines) else 0
