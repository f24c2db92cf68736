"""What our rules say of Kubernetes objects: each with what breaks it and what looks like it."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import ANCHORS, DEEP, deep, misnamed
from tests.observe.scanners.laying import anchors, laid, rules

from opsroom.observe.configuration.kubernetes import RULES, check
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.scanners import Bounds
from opsroom.observe.scanners.kubernetes import SCANNER

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  "
CONTAINER = f"{POD}containers:\n  - name: c\n    command: [x]\n    "
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n"
BINDING = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n"
    "roleRef: {kind: ClusterRole, name: %s}\nsubjects: [{kind: %s, name: %s}]\n"
)
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"

EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "unpinned-image": (
        [f"{CONTAINER}image: nginx", f"{CONTAINER}image: ghcr.io/a/b:latest"],
        [f"{CONTAINER}image: nginx:1", f"{CONTAINER}image: api", f"{CONTAINER}image: a/b:$TAG"],
    ),
    "privileged": (
        [
            f"{CONTAINER}securityContext: {{privileged: true}}",
            (
                "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\n"
                "spec: {values: {a: {b: [{securityContext: {privileged: true}}]}}}"
            ),
        ],
        [
            f"{CONTAINER}securityContext: {{privileged: false}}",
            f"{CONTAINER}securityContext: {{privileged: 'true'}}",
            (
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                "metadata: {name: c}\nspec: {example: {privileged: true}}"
            ),
        ],
    ),
    "dangerous-capability": (
        [f"{CONTAINER}securityContext: {{capabilities: {{add: [CAP_SYS_ADMIN]}}}}"],
        [f"{CONTAINER}securityContext: {{capabilities: {{drop: [ALL], add: [NET_RAW]}}}}"],
    ),
    "container-socket": (
        [f"{POD}volumes: [{{name: v, hostPath: {{path: /run/containerd/containerd.sock}}}}]"],
        [f"{POD}volumes: [{{name: v, emptyDir: {{}}}}]"],
    ),
    "host-folder": (
        [
            f"{POD}volumes: [{{name: v, hostPath: {{path: /etc/}}}}]",
            f"{POD}persistence: {{type: hostPath, hostPath: /}}",
        ],
        [f"{POD}volumes: [{{name: v, hostPath: {{path: /dev/dri}}}}]"],
    ),
    "host-namespace": ([f"{POD}hostPID: true", f"{POD}hostIPC: true"], [f"{POD}hostPID: false"]),
    "host-network": ([f"{POD}hostNetwork: true"], [f"{POD}hostNetwork: false"]),
    "privilege-escalation": (
        [f"{CONTAINER}securityContext: {{allowPrivilegeEscalation: true}}"],
        [f"{CONTAINER}securityContext: {{allowPrivilegeEscalation: false}}"],
    ),
    "root-user": (
        [
            f"{POD}securityContext: {{runAsUser: 0}}",
            f"{POD}securityContext: {{runAsNonRoot: false}}",
        ],
        [f"{POD}securityContext: {{runAsUser: 1000, runAsNonRoot: true}}"],
    ),
    "secret-in-environment": (
        [f"{CONTAINER}env: [{{name: DB_PASSWORD, value: hunter2-4}}]"],
        [
            f"{CONTAINER}env: [{{name: DB_PASSWORD, valueFrom: {{secretKeyRef: {{name: x}}}}}}]",
            f"{CONTAINER}env: [{{name: A_TOKEN_FILE, value: /x}}, {{name: TOKEN, value: '$X'}}]",
        ],
    ),
    "plain-secret": (
        [f"{SECRET}stringData: {{a: hunter2-4}}", f"{SECRET}data: {{a: aHVudGVyMg==}}"],
        [
            f"{SECRET}stringData: {{a: 'ENC[AES256_GCM,data:x]'}}\nsops: {{version: 3.9.0}}",
            f"{SECRET}stringData: {{a: '${{PASSWORD}}', b: ''}}",
            (
                "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\n"
                "spec: {encryptedData: {a: AgB}}"
            ),
        ],
    ),
    "wildcard-rights": (
        [f"{ROLE}- {{apiGroups: ['*'], resources: ['*'], verbs: ['*']}}"],
        [f"{ROLE}- {{apiGroups: [''], resources: ['*'], verbs: [get, list]}}"],
    ),
    "cluster-admin": (
        [BINDING % ("cluster-admin", "ServiceAccount", "ci")],
        [
            BINDING % ("view", "ServiceAccount", "ci"),
            BINDING % ("cluster-admin", "Group", "admins"),
        ],
    ),
    "anonymous-rights": (
        [BINDING % ("view", "Group", "'system:unauthenticated'")],
        [BINDING % ("view", "Group", "'system:authenticated'")],
    ),
}


def seen(content: str) -> list[str]:
    found = check("", content.encode())
    return [each.rule.id.removeprefix("kubernetes/") for each in found or ()]


def test_every_rule_has_a_true_and_a_false_example() -> None:
    assert {rule.id.removeprefix("kubernetes/") for rule in RULES} == EXAMPLES.keys()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_sees_what_breaks_it_and_nothing_else(rule: str) -> None:
    bad, good = EXAMPLES[rule]
    assert [seen(each).count(rule) for each in bad] == [1] * len(bad)
    assert [seen(each).count(rule) for each in good] == [0] * len(good)


def test_objects_are_found_wherever_they_lie(tmp_path: Path) -> None:
    files = {
        "apps/a.yaml": f"---\n# first\n{POD}hostPID: true\n---\n{POD}hostIPC: true\n",
        "b.yml": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n"
        "  spec: {hostNetwork: true}\n",
        "values.yaml": "image: nginx\nprivileged: true\n",
        "chart/templates/c.yaml": f"{{{{ if .x }}}}\n{POD}hostPID: true\n{{{{ end }}}}\n",
        "playbook.yml": "- hosts: all\n  tasks: []\n",
    }
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"kubernetes/host-namespace": 2, "kubernetes/host-network": 1}
    assert (look.files, look.kinds, look.skipped) == (2, frozenset({"kubernetes"}), ())


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = laid(tmp_path / "a", {"pod.yaml": f"{POD}hostPID: true\n"})
    after = laid(tmp_path / "b", {"x/y.yml": f"# moved\n---\n{POD}x: 1\n  hostPID:   true\n"})
    looks = [SCANNER.look(export, Bounds()) for export in (before, after)]
    assert anchors(looks[0]) == anchors(looks[1]) != []


def test_a_secret_is_in_no_part_of_a_hit(tmp_path: Path) -> None:
    files = {"s.yaml": f"{SECRET}stringData: {{a: hunter2-4}}\n"}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"kubernetes/plain-secret": 1}
    assert "hunter2" not in str(look)


@pytest.mark.parametrize("bad", [ANCHORS, f"a: {DEEP}", "a: [b\n", "a: *b\n"])
def test_a_file_that_cannot_be_read_is_said_and_hides_nothing(tmp_path: Path, bad: str) -> None:
    files = {"a.yaml": f"apiVersion: v1\nkind: Pod\n{bad}", "b.yaml": f"{POD}hostPID: true\n"}
    with pytest.raises(NotUnderstood):
        check("", files["a.yaml"].encode())
    look = SCANNER.look(laid(tmp_path, files), Bounds(seconds=10))
    assert rules(look) == {"kubernetes/host-namespace": 1}
    assert [skip.example for skip in look.skipped] == ["a.yaml"]


def test_aliases_are_walked_within_bounds() -> None:
    unfolding = "".join(
        f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" if n else "  a0: &a0 [[], {}]\n"
        for n in range(6)
    )
    assert seen(f"{POD}hostPID: true\n{unfolding}") == ["host-namespace"]
    with pytest.raises(NotUnderstood, match="more than"):
        seen(f"{POD}hostPID: true\n{unfolding.replace('[[], {}]', '[[], {}, [], [], [], [], []]')}")


@pytest.mark.parametrize(
    "content",
    [
        "apiVersion: 1\nkind: [Pod]\nmetadata: text\nspec: null\n",
        "apiVersion: v1\nkind: Secret\ndata: [a]\nstringData: 5\n",
        f"{ROLE}- text\n- {{verbs: 5}}\n",
        "apiVersion: v1\nkind: ClusterRoleBinding\nroleRef: x\nsubjects: {a: b}\n",
        f"{CONTAINER}securityContext: []\n    env: {{}}\n    image: {{}}\n",
        f"{POD}volumes: [{{hostPath: [1]}}, {{hostPath: {{path: {{}}}}}}]\n",
    ],
)
def test_other_shapes_hurt_nobody(content: str) -> None:
    assert seen(content) == []


def test_bad_names_and_deep_trees(tmp_path: Path) -> None:
    content = f"{POD}hostPID: true\n"
    files = {**misnamed("pod.yaml", content), **deep("pod.yaml", content)}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"kubernetes/host-namespace": len(files)}
