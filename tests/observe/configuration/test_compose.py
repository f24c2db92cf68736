"""What our rules say of Compose files: each with what breaks it and what only looks like it."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import ANCHORS, DEEP, LFS, deep, misnamed
from tests.observe.scanners.laying import anchors, laid, rules

from opsroom.model.severity import Severity
from opsroom.observe.configuration.compose import RULES, check
from opsroom.observe.scanners import Bounds
from opsroom.observe.scanners.compose import SCANNER

EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "unpinned-image": (
        ["image: nginx", "image: 'ghcr.io/a/b:latest'"],
        ["image: nginx:1.29", "image: nginx:${TAG:-1}", "image: app\n    build: ."],
    ),
    "privileged": (["privileged: true"], ["privileged: false"]),
    "dangerous-capability": (
        ["cap_add: [SYS_ADMIN]", "cap_add: [cap_all, NET_ADMIN]"],
        ["cap_add: [NET_ADMIN, NET_BIND_SERVICE]", "cap_drop: [ALL]"],
    ),
    "container-socket": (
        [
            "volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']",
            "volumes: [{type: bind, source: /run/docker.sock, target: /x}]",
        ],
        ["volumes: ['./docker.sock:/x', 'data:/var/run/docker.sock']"],
    ),
    "host-folder": (
        ["volumes: ['/:/host']", "volumes: ['/etc:/etc:ro']"],
        ["volumes: ['/etc/localtime:/etc/localtime:ro', '/srv/x:/x', data:/etc]"],
    ),
    "host-namespace": (["pid: host", "ipc: host"], ["pid: 'service:a'", "ipc: shareable"]),
    "host-network": (["network_mode: host"], ["network_mode: bridge"]),
    "unconfined": (
        ["security_opt: ['seccomp:unconfined']", "security_opt: ['apparmor=unconfined']"],
        ["security_opt: ['no-new-privileges:true']"],
    ),
    "exposed-database": (
        [
            "ports: ['5432:5432']",
            "ports: ['0.0.0.0:16379:6379/tcp']",
            "ports: [{target: 27017, published: 27017}]",
        ],
        [
            "ports: ['127.0.0.1:5432:5432', '[::1]:3306:3306', '8080:80', '6379']",
            "expose: ['5432']",
            "ports: ['${BIND}:5432:5432']",
        ],
    ),
    "secret-in-environment": (
        ["environment: {DB_PASSWORD: hunter2-4}", "environment: [API_TOKEN=hunter2-4]"],
        [
            "environment: {DB_PASSWORD: '${DB_PASSWORD}', DB_PASSWORD_FILE: /run/secrets/x}",
            "environment: [API_TOKEN, 'SECRET_KEY=', 'PASSWORD=changeme', 'MAX_TOKENS=4096000']",
        ],
    ),
    "root-user": (["user: root", "user: '0:0'"], ["user: '1000'", "user: ${UID}"]),
}


PRIVILEGED = b"services: {app: {privileged: true}}\n"


def written(service: str) -> bytes:
    return f"services:\n  app:\n    {service}\n".encode()


def seen(content: bytes) -> list[str]:
    return [each.rule.id.removeprefix("compose/") for each in check("", content) or ()]


def test_every_rule_has_a_true_and_a_false_example() -> None:
    assert {rule.id.removeprefix("compose/") for rule in RULES} == EXAMPLES.keys()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_sees_what_breaks_it_and_nothing_else(rule: str) -> None:
    bad, good = EXAMPLES[rule]
    assert [seen(written(each)).count(rule) for each in bad] == [1] * len(bad)
    assert [seen(written(each)).count(rule) for each in good] == [0] * len(good)


def test_a_hit_says_where_and_no_secret(tmp_path: Path) -> None:
    content = "services:\n  db:\n    image: x:1\n    environment:\n      DB_PASSWORD: hunter2-4\n"
    look = SCANNER.look(laid(tmp_path, {"compose.yaml": content}), Bounds())
    (hit,) = look.hits
    assert (hit.path, hit.line, hit.severity) == ("compose.yaml", 5, Severity.MEDIUM)
    assert "db: DB_PASSWORD" in hit.message
    assert "hunter2" not in str(look)


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = laid(tmp_path / "a", {"compose.yaml": written("privileged: true")})
    moved = b"# moved\n\n" + written("restart: always\n    privileged:   true")
    after = laid(tmp_path / "b", {"x/docker-compose.prod.yml": moved})
    looks = [SCANNER.look(export, Bounds()) for export in (before, after)]
    assert anchors(looks[0]) == anchors(looks[1]) != []


@pytest.mark.parametrize(
    "content", [ANCHORS, DEEP, LFS, "\0", "services: [a", "- a\n", "a: *b\n", "<<<<<<< ours\n", ""]
)
def test_what_is_no_compose_file_is_said_and_hides_nothing(tmp_path: Path, content: str) -> None:
    files: dict[str, str | bytes] = {"a/compose.yaml": content, "b/compose.yaml": PRIVILEGED}
    look = SCANNER.look(laid(tmp_path, files), Bounds(seconds=10))
    assert rules(look) == {"compose/privileged": 1}
    assert [skip.example for skip in look.skipped] == ["a/compose.yaml"]


@pytest.mark.parametrize(
    "content",
    [
        "services: 3\n",
        "services: {a: null, b: [], c: text}\n",
        "services:\n  a:\n    ports: {a: b}\n    volumes: text\n    environment: 4\n",
        "services:\n  a:\n    ports: [null, {}, [], ':::', '99999999999999999999:5']\n",
        "services:\n  a:\n    image: [x]\n    environment: [[], null, 'A']\n    user: []\n",
    ],
)
def test_other_shapes_hurt_nobody(content: str) -> None:
    assert list(check("", content.encode()) or ()) == []


def test_bad_names_and_deep_trees(tmp_path: Path) -> None:
    content = written("privileged: true").decode()
    files = {**misnamed("compose.yaml", content), **deep("compose.yaml", content)}
    assert rules(SCANNER.look(laid(tmp_path, files), Bounds())) == {
        "compose/privileged": len(files)
    }
