"""Objects of Kubernetes: pods that are the node, and rights that are all of the cluster's.

Every mapping of a document is looked at, so that pods inside of Helm releases and of operators' own
objects are seen as well. Names and values are those of the Kubernetes API, version 1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from opsroom.model.severity import Severity
from opsroom.observe.configuration import Rule, Seen
from opsroom.observe.configuration.words import (
    DANGEROUS_CAPABILITIES,
    VARIABLE,
    floating,
    guessable,
    host_folder,
    is_secret,
    is_socket,
)
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import rows, table, words
from opsroom.observe.reading.yaml_text import Entries, Items, documents

UNPINNED = Rule(
    "kubernetes/unpinned-image",
    Severity.LOW,
    "The image has no settled version",
    "Each node may run another program, and a restart may change it.",
    "Name a version, better with its digest; an update bot can raise it.",
)
PRIVILEGED = Rule(
    "kubernetes/privileged",
    Severity.MEDIUM,
    "The container is privileged",
    "It has every device and every right of the node; who takes it over has the node.",
    "Take `privileged` out and add the one capability that is needed. Storage and network plugins "
    "may need it: suppress the finding there, with that reason.",
)
CAPABILITY = Rule(
    "kubernetes/dangerous-capability",
    Severity.MEDIUM,
    "The container may do what only the node should",
    "This capability is a known way out of a container.",
    "Take it out of `capabilities.add`, or name the narrower one that is needed.",
)
SOCKET = Rule(
    "kubernetes/container-socket",
    Severity.HIGH,
    "The pod can reach the container runtime of the node",
    "Who may talk to its socket can start a container with the node's disk.",
    "Use the Kubernetes API with a service account of few rights.",
)
HOST_FOLDER = Rule(
    "kubernetes/host-folder",
    Severity.MEDIUM,
    "The pod can read or write the node's own folders",
    "They hold the node's keys and programs, and those of its other pods.",
    "Mount the one file that is needed, read-only, or use a volume of the cluster.",
)
HOST_NAMESPACE = Rule(
    "kubernetes/host-namespace",
    Severity.MEDIUM,
    "The pod shares the node's processes or memory",
    "It can see, and often take over, what runs beside it.",
    "Take `hostPID` or `hostIPC` out.",
)
HOST_NETWORK = Rule(
    "kubernetes/host-network",
    Severity.LOW,
    "The pod shares the node's network",
    "Network policies don't hold it, and what listens on the node's localhost is no secret to it.",
    "Use a Service; keep it where the pod has to find devices by broadcast.",
)
ESCALATION = Rule(
    "kubernetes/privilege-escalation",
    Severity.LOW,
    "The container's processes may gain rights that it was started without",
    "A program with the setuid bit makes anybody in it root.",
    "Write `allowPrivilegeEscalation: false`.",
)
ROOT = Rule(
    "kubernetes/root-user",
    Severity.LOW,
    "The container is made to run as root",
    "Who breaks out of the program is root in the container, one flaw away from the node.",
    "Write `runAsNonRoot: true` and the number of an account.",
)
SECRET_VALUE = Rule(
    "kubernetes/secret-in-environment",
    Severity.MEDIUM,
    "A secret stands in the manifest",
    "Everybody who can read the repository, now or in its history, can use it.",
    "Use `valueFrom.secretKeyRef`; then change the secret.",
)
PLAIN_SECRET = Rule(
    "kubernetes/plain-secret",
    Severity.MEDIUM,
    "A Secret lies in the repository, not encrypted",
    "Base64 hides nothing from anybody who can read the repository, now or in its history.",
    "Encrypt it (SOPS, Sealed Secrets) or let an operator fetch it; then change what it holds.",
)
WILDCARD = Rule(
    "kubernetes/wildcard-rights",
    Severity.MEDIUM,
    "A role allows everything on everything",
    "Whatever runs with it is the cluster's administrator.",
    "Name the resources and verbs that are needed.",
)
ADMIN = Rule(
    "kubernetes/cluster-admin",
    Severity.MEDIUM,
    "A service account is the cluster's administrator",
    "Who takes over one of its pods has the cluster.",
    "Bind a role of its own with the rights that are needed.",
)
ANONYMOUS = Rule(
    "kubernetes/anonymous-rights",
    Severity.HIGH,
    "Everybody is given rights without saying who they are",
    "Who reaches the API server needs no account.",
    "Take `system:anonymous` and `system:unauthenticated` out of the subjects.",
)
RULES = (
    *(UNPINNED, PRIVILEGED, CAPABILITY, SOCKET, HOST_FOLDER, HOST_NAMESPACE, HOST_NETWORK),
    *(ESCALATION, ROOT, SECRET_VALUE, PLAIN_SECRET, WILDCARD, ADMIN, ANONYMOUS),
)

FLAGS: tuple[tuple[str, object, Rule], ...] = (
    ("privileged", True, PRIVILEGED),
    ("hostPID", True, HOST_NAMESPACE),
    ("hostIPC", True, HOST_NAMESPACE),
    ("hostNetwork", True, HOST_NETWORK),
    ("allowPrivilegeEscalation", True, ESCALATION),
    ("runAsNonRoot", False, ROOT),
    ("runAsUser", 0, ROOT),
)
"""A key of any mapping, the value that is wrong, and the rule that says so."""

NOT_LOOKED_AT = frozenset({"CustomResourceDefinition", "Kustomization", "Component"})
"""They describe objects, and are none."""

MOST_VISITED = 200_000
"""Mappings and lists, each alias counted as all that it stands for."""

OFFICIAL = frozenset(
    {
        *("alpine", "busybox", "debian", "golang", "haproxy", "httpd", "influxdb", "mariadb"),
        *("memcached", "mongo", "mysql", "nginx", "node", "php", "postgres", "python", "rabbitmq"),
        *("redis", "registry", "traefik", "ubuntu", "wordpress"),
    }
)
"""Images of one word that most people mean when they write it."""

ENCRYPTED = frozenset({"sops"})


def check(path: str, content: bytes) -> Iterator[Seen] | None:
    """What is wrong in a file of Kubernetes objects; None: it holds none."""
    objects = [
        each
        for each in documents(content)
        if isinstance(each, Entries) and each.get("apiVersion") and each.get("kind")
    ]
    if not objects:
        return None
    return _check(objects)


def _check(objects: list[Entries]) -> Iterator[Seen]:
    left = [MOST_VISITED]
    for each in objects:
        kind, name = words(each.get("kind")), words(table(each.get("metadata")).get("name"))
        if kind in NOT_LOOKED_AT:
            continue
        if kind.endswith("List") and isinstance(each.get("items"), Items):
            yield from _check([item for item in rows(each["items"]) if isinstance(item, Entries)])
            continue
        if kind == "Secret" and each.get("apiVersion") == "v1":
            yield from _secret(each, name)
        elif kind in {"ClusterRole", "Role"}:
            yield from _role(each, kind, name)
        elif kind in {"ClusterRoleBinding", "RoleBinding"}:
            yield from _binding(each, name)
        else:
            told: set[tuple[str, str]] = set()
            for seen in _walk(each, f"{kind} {name}", left):
                # One line an object and rule: many containers are one decision.
                if (seen.rule.id, seen.anchor) not in told:
                    told.add((seen.rule.id, seen.anchor))
                    yield seen


def _walk(top: Entries, name: str, left: list[int]) -> Iterator[Seen]:
    """Look at every mapping of an object, in no more than `left` steps."""
    waiting: list[Any] = [top]
    while waiting:
        left[0] -= 1
        if left[0] < 0:
            raise NotUnderstood(f"more than {MOST_VISITED:,} mappings and lists")
        node = waiting.pop()
        if isinstance(node, Entries):
            yield from _mapping(node, name)
        children = list(node.values()) if isinstance(node, Entries) else list(node)
        waiting += (each for each in children if isinstance(each, Entries | Items))


def _mapping(node: Entries, name: str) -> Iterator[Seen]:
    for key, wrong, rule in FLAGS:
        value = node.get(key)
        if value == wrong and isinstance(value, bool) == isinstance(wrong, bool):
            yield Seen(rule, _line(node, key), name, f"{name} {key}")
    added = rows(table(node.get("capabilities")).get("add"))
    for capability in {words(each).upper().removeprefix("CAP_") for each in added}:
        if capability in DANGEROUS_CAPABILITIES:
            line = _line(node, "capabilities")
            yield Seen(CAPABILITY, line, f"{name}: {capability}", f"{name} {capability}")
    yield from _host_path(node, name)
    image = node.get("image")
    if isinstance(image, str) and "name" in node and floating(image) and _is_container(node):
        yield Seen(UNPINNED, _line(node, "image"), f"{name}: {image}", f"{name} {image}")
    variable, value = words(node.get("name")), node.get("value")
    if isinstance(value, str) and set(node) == {"name", "value"} and is_secret(variable, value):
        milder = Severity.LOW if guessable(value) else None
        line = _line(node, "value")
        yield Seen(SECRET_VALUE, line, f"{name}: {variable}", f"{name} {variable}", milder)


def _is_container(node: Entries) -> bool:
    """Whether a mapping is one of a pod's containers, whose image nobody fills in.

    Kustomize and Skaffold put another image in the place of one that has a single word for a name.
    """
    image = words(node.get("image"))
    if not ("/" in image or ":" in image or image in OFFICIAL):
        return False
    return not node.keys().isdisjoint(
        {
            "command",
            "args",
            "ports",
            "env",
            "envFrom",
            "resources",
            "volumeMounts",
            "imagePullPolicy",
        }
    )


def _host_path(node: Entries, name: str) -> Iterator[Seen]:
    value = node.get("hostPath")
    path = words(value.get("path")) if isinstance(value, Entries) else words(value)
    if node.get("type") == "hostPath" and not path:
        path = words(node.get("hostPath")) or words(node.get("path"))
    line = _line(node, "hostPath")
    if is_socket(path):
        yield Seen(SOCKET, line, f"{name}: {path}", f"{name} {path}")
    elif path and host_folder(path):
        yield Seen(HOST_FOLDER, line, f"{name}: {path}", f"{name} {path}")


def _secret(secret: Entries, name: str) -> Iterator[Seen]:
    if not ENCRYPTED.isdisjoint(secret):
        return
    for part in ("stringData", "data"):
        for key, value in table(secret.get(part)).items():
            text = words(value)
            if text and not VARIABLE.search(text) and not text.startswith("<"):
                yield Seen(PLAIN_SECRET, _line(secret, part), f"{name}: {key}", f"{name} {key}")
                return


def _role(role: Mapping[str, Any], kind: str, name: str) -> Iterator[Seen]:
    for rule in rows(role.get("rules")):
        rights = table(rule)
        if all("*" in rows(rights.get(key)) for key in ("apiGroups", "resources", "verbs")):
            line = rights.line if isinstance(rights, Entries) else 0
            seen = Seen(WILDCARD, line, f"{kind} {name}", f"{kind} {name}")
            yield replace(seen, severity=Severity.LOW) if kind == "Role" else seen


def _binding(binding: Entries, name: str) -> Iterator[Seen]:
    for subject in map(table, rows(binding.get("subjects"))):
        who = words(subject.get("name"))
        if who in {"system:anonymous", "system:unauthenticated"}:
            yield Seen(ANONYMOUS, _line(binding, "subjects"), name, f"{name} {who}")
        elif (
            words(table(binding.get("roleRef")).get("name")) == "cluster-admin"
            and subject.get("kind") == "ServiceAccount"
            and binding.get("kind") == "ClusterRoleBinding"
        ):
            yield Seen(ADMIN, _line(binding, "roleRef"), f"{name}: {who}", f"{name} {who}")


def _line(node: Entries, key: str) -> int:
    return node.lines.get(key, node.line)
