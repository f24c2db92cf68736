"""What a workflow may do, read from files as people and as attackers write them."""

import time

import pytest

from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.workflows import MOST_BYTES, is_workflow, read

PATH = ".github/workflows/ci.yml"
CHECKOUT = "uses: actions/checkout@v4\n        with:\n          "
WORKFLOW = b"""\
name: release  # secrets.COMMENTED
on:
  push:
    branches: [main]
  pull_request_target:
permissions:
  contents: write
  issues: read
env:
  TOKEN: ${{ secrets.npm_token }}
jobs:
  build:
    runs-on: ubuntu-latest
    permissions: write-all
    if: secrets.GATE != ''
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: |
          echo hello
          echo "${{ secrets['DEPLOY_KEY'] }}" "${{ format('{0}', 'secrets.QUOTED') }}"
          echo secrets.NOT_EVALUATED
  call:
    uses: acme/shared/.github/workflows/deploy.yml@main
    secrets: inherit
"""


def test_everything_with_its_line() -> None:
    found = read(PATH, WORKFLOW)
    assert found.triggers == {"push", "pull_request_target"}
    assert found.secrets == {"NPM_TOKEN", "DEPLOY_KEY", "GATE", "inherit"}
    assert found.permissions == {"contents: write", "write-all"}
    assert found.uses == {
        "actions/checkout@v4",
        "acme/shared/.github/workflows/deploy.yml@main",
    }
    assert found.runs_proposal
    assert dict(found.lines) == {
        "on:push": 3,
        "on:pull_request_target": 5,
        "secret:NPM_TOKEN": 10,
        "secret:GATE": 15,
        "secret:DEPLOY_KEY": 22,
        "secret:inherit": 26,
        "contents: write": 7,
        "write-all": 14,
        "checkout": 17,
    }


def job(text: str, on: str = "on: push") -> bytes:
    return f"{on}\njobs:\n  a:\n    steps:\n      - {text}\n".encode()


@pytest.mark.parametrize(
    ("on", "triggers"),
    [
        ("on: push", {"push"}),
        ("on: [push, issues]", {"push", "issues"}),
        ("on:\n  schedule:\n    - cron: '0 0 * * *'", {"schedule"}),
        ("on: {push: {branches: [main]}}", {"push"}),
        ('"on": push', {"push"}),
        ("name: x", set[str]()),
    ],
)
def test_triggers_in_every_form(on: str, triggers: set[str]) -> None:
    assert read(PATH, job("run: x", on)).triggers == triggers


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("run: echo ${{ secrets.A }}", {"A"}),
        ("run: echo ${{secrets . a}}", {"A"}),
        ("run: echo ${{ secrets['A-B'] }}", {"A-B"}),
        ("run: echo ${{ toJSON(secrets) }}", {"*"}),
        ("run: echo ${{ toJson( Secrets ) }}", {"*"}),
        ("run: echo ${{ secrets[matrix.name] }}", {"*"}),
        ("run: echo ${{ secrets.A || secrets.B }}", {"A", "B"}),
        ("run: echo ${{ needs.x.outputs.secrets }}", set[str]()),
        ("run: echo ${{ env.my-secrets }}", set[str]()),
        ("run: echo ${{ 'secrets' }}", set[str]()),
        ("run: echo secrets.A }}", set[str]()),
        ("if: secrets.A\n        run: x", {"A"}),
        ("run: x # ${{ secrets.A }}", set[str]()),
    ],
)
def test_secrets_in_every_form(text: str, secrets: set[str]) -> None:
    assert read(PATH, job(text)).secrets == secrets


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("uses: actions/checkout@v4", False),
        ("uses: actions/checkout@v4\n        with: {ref: main}", False),
        ("uses: actions/checkout@v4\n        with: {ref: '${{ github.head_ref }}'}", True),
        ("uses: acme/checkout@v1\n        with: {ref: 'refs/pull/1/merge'}", True),
        (CHECKOUT + "repository: ${{ github.event.pull_request.head.repo.full_name }}", True),
        (CHECKOUT + "ref: ${{ github.event.workflow_run.head_sha }}", True),
        (CHECKOUT + "ref: ${{ github.sha }}", False),
        ("run: git pull origin pull/${{ github.event.number }}/merge", True),
        ("run: gh pr checkout 1", True),
        ("run: git fetch origin pull/1/head", True),
        ("run: git checkout ${{ github.event.pull_request.head.sha }}", True),
        ("run: git checkout main", False),
        ("run: echo ${{ github.head_ref }}", False),
    ],
)
def test_a_checkout_of_what_is_proposed(text: str, runs: bool) -> None:
    assert read(PATH, job(text)).runs_proposal is runs


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"just text",
        b"on: push",
        b"on: push\njobs: [a]",
        b"on: push\njobs: {a: [",
        b"<<<<<<< HEAD\non: push\n=======\non: pull_request\n>>>>>>> x\njobs: {}\n",
        b"\xff\xfe\x00",
        b"jobs:\n  a: &a {b: *a}\n",
        b"[" * 5_000,
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_workflow_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read(PATH, content)


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    levels = b"".join(
        b"  l%d: &l%d [%s]\n" % (each, each, b",".join([b"*l%d" % (each - 1)] * 10))
        for each in range(1, 12)
    )
    bomb = b"x:\n  l0: &l0 [a]\n" + levels + b"jobs: {}\n"
    begun = time.perf_counter()
    with pytest.raises(NotUnderstood, match="nodes"):
        read(PATH, bomb)
    assert time.perf_counter() - begun < 2


def test_more_names_than_anybody_has_are_refused() -> None:
    many = "".join(f"${{{{ secrets.A{number} }}}}" for number in range(1_001))
    with pytest.raises(NotUnderstood, match="names"):
        read(PATH, job(f"run: {many}"))


def test_expressions_without_end_take_no_time() -> None:
    begun = time.perf_counter()
    assert not read(PATH, job("run: '" + "${{ secrets" * 60_000 + "'")).runs_proposal
    read(PATH, job("run: '" + "${{" * 200_000 + "'"))
    read(PATH, job("run: '" + "git " * 100_000 + "pull/" * 50_000 + "'"))
    assert time.perf_counter() - begun < 3


def test_odd_shapes_are_taken_for_nothing() -> None:
    odd = b"on: {push: [1, {a: b}]}\npermissions: [x]\njobs:\n  a: 1\n  b:\n    steps: {uses: 1}\n"
    odd += b"  c:\n    steps: [1, {uses: [x], with: y, run: {}}]\n    secrets: [inherit]\n"
    found = read(PATH, odd)
    assert found.triggers == {"push"}
    assert not found.uses
    assert not found.secrets


def test_names_of_strangers_are_made_plain() -> None:
    found = read(PATH, job("run: x", 'on: ["a\\e[31mb"]'))
    assert found.triggers == {"a[31mb"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PATH, True),
        (".gitea/workflows/a.yaml", True),
        (".github/workflows/nested/a.yml", False),
        ("docs/.github/workflows/a.yml", False),
        (".github/workflows/readme.md", False),
    ],
)
def test_where_hosts_look(path: str, expected: bool) -> None:
    assert is_workflow(path) is expected
