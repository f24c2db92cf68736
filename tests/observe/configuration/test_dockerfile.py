"""What our rules say of Dockerfiles: each with what breaks it and what only looks like it."""

from pathlib import Path

import pytest
from tests.observe.scanners.hostile import LFS, deep, misnamed
from tests.observe.scanners.laying import anchors, laid, rules

from opsroom.model.severity import Severity
from opsroom.observe.configuration.dockerfile import RULES, check, instructions
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.scanners import Bounds
from opsroom.observe.scanners.dockerfile import SCANNER

HEAD = "FROM debian:13\n"
EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "unpinned-image": (
        ["FROM debian\n", "FROM --platform=linux/amd64 debian:latest AS x\n"],
        [
            "FROM scratch\n",
            "ARG V=1\nFROM debian:$V\n",
            "FROM debian:13 AS Build\nFROM build\n",
            f"FROM debian@sha256:{'a' * 64}\n",
            "FROM localhost:5000/x:1\n",
        ],
    ),
    "root-user": (
        [f"{HEAD}USER root\n", f"{HEAD}USER 1000\nUSER 0:0\n"],
        [f"{HEAD}USER root\nUSER app\n", f"{HEAD}USER root\nFROM debian:13\nUSER app\n"],
    ),
    "no-user": ([f"{HEAD}CMD x\n"], [f"{HEAD}USER app\nCMD x\n", HEAD]),
    "no-healthcheck": ([f"{HEAD}CMD x\n"], [f"{HEAD}HEALTHCHECK NONE\nCMD x\n", HEAD]),
    "piped-download": (
        [
            f"{HEAD}RUN curl -fsSL https://x.example/i | sh\n",
            f"{HEAD}RUN wget -qO- x.example \\\n  # why\n\n  | sudo /bin/bash -s -- -y\n",
            f'{HEAD}RUN bash -c "$(curl -fsSL https://x.example)"\n',
            f"{HEAD}RUN <<EOF\ncurl https://x.example | bash\nEOF\n",
        ],
        [
            f"{HEAD}RUN curl https://x.example | tar -x\n",
            f"{HEAD}RUN curl -o x https://x.example && sha256sum -c x.sum && sh x\n",
            f"{HEAD}RUN echo x | sh\n",
            f"{HEAD}# RUN curl x | sh\n",
            f"{HEAD}RUN curl x.example/ssh | shasum\n",
        ],
    ),
    "unverified-download": (
        [
            f"{HEAD}RUN curl -kfsS https://x.example\n",
            f"{HEAD}RUN wget --no-check-certificate https://x.example\n",
            f"{HEAD}RUN apt-get install -y --allow-unauthenticated x\n",
            f"{HEAD}RUN npm config set strict-ssl false\n",
        ],
        [f"{HEAD}RUN curl -fsS https://x.example/-k\n", f"{HEAD}RUN apt-get install -y x\n"],
    ),
    "remote-add": (
        [f"{HEAD}ADD https://x.example/a /a\n"],
        [
            f"{HEAD}ADD --checksum=sha256:{'a' * 64} https://x.example/a /a\n",
            f"{HEAD}ADD a /a\n",
        ],
    ),
    "secret-in-image": (
        [
            f"{HEAD}ENV DB_PASSWORD=hunter2-4\n",
            f"{HEAD}ENV API_KEY hunter2-4\n",
            f"{HEAD}ARG NPM_TOKEN='hunter2-4'\n",
        ],
        [
            f"{HEAD}ARG NPM_TOKEN\n",
            f"{HEAD}ENV DB_PASSWORD=$DB_PASSWORD DB_PASSWORD_FILE=/run/secrets/x\n",
            f"{HEAD}ENV PASSWORD=changeme TOKEN_TTL=86400 MAX_TOKENS=409600\n",
            f"{HEAD}ENV SECRET_KEY=\n",
        ],
    ),
    "copied-secret": (
        [f"{HEAD}COPY .env /app/\n", f"{HEAD}COPY keys/id_rsa /home/x/.ssh/\n"],
        [
            f"{HEAD}COPY .env.example certs/ca.pem /app/\n",
            f"{HEAD}COPY --from=build /app/server.pem /x\n",
        ],
    ),
    "sudo": (
        [f"{HEAD}RUN sudo apt-get update\n", f"{HEAD}RUN cd x && sudo make\n"],
        [f"{HEAD}RUN apt-get install -y sudo\n"],
    ),
    "writable-by-all": (
        [f"{HEAD}RUN chmod -R 777 /app\n", f"{HEAD}RUN chmod a+w /x\n"],
        [f"{HEAD}RUN chmod 755 /app && chmod u+w /x\n"],
    ),
    "exposed-ssh": ([f"{HEAD}EXPOSE 80 22\n"], [f"{HEAD}EXPOSE 2222\n"]),
}


def seen(content: str) -> list[str]:
    return [each.rule.id.removeprefix("dockerfile/") for each in check("", content.encode()) or ()]


def test_every_rule_has_a_true_and_a_false_example() -> None:
    assert {rule.id.removeprefix("dockerfile/") for rule in RULES} == EXAMPLES.keys()


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_sees_what_breaks_it_and_nothing_else(rule: str) -> None:
    bad, good = EXAMPLES[rule]
    assert [seen(each).count(rule) for each in bad] == [1] * len(bad)
    assert [seen(each).count(rule) for each in good] == [0] * len(good)


def test_a_secret_is_in_no_part_of_a_hit(tmp_path: Path) -> None:
    files = {"Dockerfile": f"{HEAD}ENV DB_PASSWORD=hunter2-4\n"}
    look = SCANNER.look(laid(tmp_path / "a", files), Bounds())
    assert rules(look)["dockerfile/secret-in-image"] == 1
    assert "hunter2" not in str(look.hits)
    other = {"Dockerfile": files["Dockerfile"].replace("hunter2-4", "hunter3-5")}
    assert anchors(look) == anchors(SCANNER.look(laid(tmp_path / "b", other), Bounds()))


def test_a_word_as_password_is_no_door() -> None:
    (found,) = list(check("", f"{HEAD}ENV POSTGRES_PASSWORD=postgres\n".encode()) or ())
    assert found.severity is Severity.LOW


def test_the_anchor_survives_moved_lines_and_renamed_files(tmp_path: Path) -> None:
    before = laid(tmp_path / "a", {"Dockerfile": f"{HEAD}RUN sudo make\n"})
    after = laid(tmp_path / "b", {"x/api.Dockerfile": f"# moved\n\n{HEAD}RUN\tsudo   make\n"})
    looks = [SCANNER.look(export, Bounds()) for export in (before, after)]
    assert anchors(looks[0]) == anchors(looks[1]) != []


def test_instructions_as_the_reference_says() -> None:
    content = b"""# syntax=x
# escape=`
FROM a `
  # between

  AS b
RUN <<A cat <<-'B'
RUN not an instruction
A
	B
copy x y
"""
    assert [(each.word, each.line) for each in instructions(content)] == [
        ("FROM", 3),
        ("RUN", 7),
        ("COPY", 11),
    ]


@pytest.mark.parametrize(
    "content",
    [b"<<<<<<< ours\nFROM a\n", b"\xff", b"\0", b"hello\n", b"RUN x\n", LFS.encode()],
)
def test_what_is_no_dockerfile_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotUnderstood):
        check("", content)
    files: dict[str, str | bytes] = {"a/Dockerfile": content, "b/Dockerfile": "FROM debian\n"}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"dockerfile/unpinned-image": 1}
    assert look.files == 1
    assert [skip.example for skip in look.skipped] == ["a/Dockerfile"]


def test_nothing_readable_is_nothing_known(tmp_path: Path) -> None:
    look = SCANNER.look(laid(tmp_path, {"Dockerfile": "hello\n"}), Bounds())
    assert look.reason == "no dockerfile file could be read"


@pytest.mark.parametrize(
    "content",
    [
        "FROM a:1\n" + "RUN curl " * 100_000,
        "FROM a:1\n" + "RUN <<E\n" * 4_000,
        "FROM a:1\nRUN " + "a \\\n" * 200_000,
        "FROM a:1\nENV " + "A" * 900_000,
        "FROM a:1\nENV " + 'A="' * 300_000,
        "FROM " + "--a=b " * 150_000,
        "FROM a:1\n" + "RUN chmod -a -a -a\n" * 4_000,
    ],
)
def test_hostile_text_takes_no_time(tmp_path: Path, content: str) -> None:
    look = SCANNER.look(laid(tmp_path, {"Dockerfile": content}), Bounds(seconds=5))
    assert look.files == 1 or look.skipped


def test_bad_names_and_deep_trees(tmp_path: Path) -> None:
    files = {**misnamed("Dockerfile", "FROM debian\n"), **deep("Dockerfile", "FROM debian\n")}
    look = SCANNER.look(laid(tmp_path, files), Bounds())
    assert rules(look) == {"dockerfile/unpinned-image": len(files)}
    assert not any("\n" in hit.path for hit in look.hits)


def test_large_files_links_and_lost_time_are_said(tmp_path: Path) -> None:
    export = laid(tmp_path / "in", {"a/Dockerfile": "#" * (1 << 21), "b/Dockerfile": ""})
    (tmp_path / "outside").write_text("FROM debian\n")
    (export.folder / "b/Dockerfile").unlink()
    (export.folder / "b/Dockerfile").symlink_to(tmp_path / "outside")
    look = SCANNER.look(export, Bounds())
    assert (look.hits, look.reason) == ((), "no dockerfile file could be read")
    assert [skip.reason for skip in look.skipped] == ["too large", "can't be read"]
    late = SCANNER.look(export, Bounds(seconds=-1))
    assert [(skip.reason, skip.count) for skip in late.skipped] == [("no time was left of -1 s", 2)]
