"""What names and values mean in any configuration: images, secrets, ports, folders of the host."""

import re

from opsroom.model.package import Package
from opsroom.observe.reading.images import image

SECRET_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|TOKEN|API_?KEY|ACCESS_?KEY|"
    r"PRIVATE_?KEY|CREDENTIALS?|AUTH_?KEY|ENCRYPTION_?KEY)S?$"
)
NOT_A_SECRET = re.compile(
    r"(?:^|_)(?:PUBLIC|FILE|PATH|URL|ALLOW|DISABLE|ENABLE|REQUIRE|USE|NO|EMPTY|RANDOM|EXPIRY|TTL|"
    r"LENGTH|MIN|MAX|NAME)(?:_|$)"
)
PLACEHOLDER = re.compile(
    r"(?i)^(?:.{0,5}|true|false|none|null|required|optional|redacted|dummy|todo|x+|\*+|\.+|"
    r"(?:<|\{|\[|%|@|__).*|.*(?:change[-_ ]?me|replace|example|placeholder|your[-_ ]|insert).*)$"
)
VARIABLE = re.compile(r"\$[({A-Za-z_]|\{\{|ENC\[|op://|vault:|!vault|ref\+|secretRef")
"""Values that are filled in elsewhere."""

DATABASE_PORTS: dict[int, str] = {
    1433: "SQL Server",
    1521: "Oracle",
    2375: "the Docker API without TLS",
    2379: "etcd",
    3306: "MySQL",
    5432: "PostgreSQL",
    5984: "CouchDB",
    6379: "Redis",
    7474: "Neo4j",
    8086: "InfluxDB",
    9042: "Cassandra",
    9200: "Elasticsearch",
    11211: "memcached",
    27017: "MongoDB",
    28015: "RethinkDB",
}
ADMIN_PORTS: dict[int, str] = {22: "SSH", 3389: "Remote Desktop", 5985: "WinRM", 5986: "WinRM"}

DANGEROUS_CAPABILITIES = frozenset(
    {
        *("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "BPF"),
        *("DAC_READ_SEARCH", "MAC_ADMIN"),
    }
)
"""Each is a way to the host; `man 7 capabilities` says what each allows."""

SOCKETS = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock")
SOCKETS_TOO = ("/run/podman/podman.sock", "/var/run/crio/crio.sock", "/run/crio/crio.sock")

HOST_FOLDERS = frozenset({"/", "/etc", "/root", "/boot", "/proc", "/var/lib/docker", "/home"})
"""Folders whose content is the host."""


def is_secret(name: str, value: str) -> bool:
    """Whether a variable of this name holds, as a plain text, what should not be known."""
    name = re.sub(r"[^A-Z0-9]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).upper())
    return (
        SECRET_NAME.search(name) is not None
        and NOT_A_SECRET.search(name) is None
        and PLACEHOLDER.match(value.strip()) is None
        and VARIABLE.search(value) is None
        and not value.strip().isdigit()
    )


def guessable(value: str) -> bool:
    """Whether a secret is one plain word, as tutorials write: nobody would guard a door with it."""
    return re.fullmatch(r"[a-z]{1,16}", value.strip()) is not None


def floating(reference: str) -> bool:
    """Whether an image's name may mean another image tomorrow: neither digest nor settled tag."""
    package = image(reference)
    return isinstance(package, Package) and not package.digest and package.version in {"", "latest"}


def is_socket(path: str) -> bool:
    """Whether a path is the socket of a container runtime: who has it, has the host."""
    return path.rstrip("/") in (*SOCKETS, *SOCKETS_TOO)


def host_folder(path: str) -> bool:
    """Whether a folder of the host gives away the host when it is handed to a container."""
    return (path.rstrip("/") or "/") in HOST_FOLDERS if path.startswith("/") else False
