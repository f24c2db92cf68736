import pytest
from tests.observe.manifests.samples import NPM, by_name, edges, line_of, read

from opsroom.observe.manifests import NotUnderstood

TEXT = f"""{{
  "lockfileVersion": 1,
  "workspaces": {{
    "": {{
      "name": "site",
      "dependencies": {{
        "@acme/ui": "workspace:*",
        "old-ws": "npm:ws@^7",
      }},
      "devDependencies": {{
        "mocha": "^10.0.0",
      }},
    }},
    "packages/ui": {{
      "name": "@acme/ui",
      "version": "0.3.0",
      "dependencies": {{
        "ms": "^2.0.0",
        "tool": "github:acme/tool",
      }},
    }},
  }},
  "trustedDependencies": [
    "mocha",
  ],
  "overrides": {{
    "ms": "2.1.3",
  }},
  "packages": {{
    "@acme/ui": ["@acme/ui@workspace:packages/ui"],

    "@acme/ui/ms": ["ms@2.1.3", "", {{}}, "sha512-0="],

    "ball": ["ball@https://example.org/ball-1.0.0.tgz?token=secret", {{}}],

    "folder": ["folder@file:../folder", {{ "dependencies": {{ "ms": "^2.0.0" }} }}],

    "git": ["git@git+https://token@example.org/acme/git.git#0123abcd", {{}}, "0123abcd"],

    "inner": ["inner@1.0.0", "https://npm.example.org/inner/-/inner-1.0.0.tgz", {{}}, "sha512-0="],

    "mirrored": ["mirrored@1.0.0", "https://npm.example.org/", {{}}, "sha512-0="],

    "mocha": ["mocha@10.0.0", "", {{ "dependencies": {{ "@a/b": "*", "ms": "2.0.0" }} }}, ""],

    "mocha/@a/b": ["@a/b@1.0.0", "", {{ "dependencies": {{ "ms": "2.1.2" }} }}, "sha512-0="],

    "mocha/@a/b/ms": ["ms@2.1.2", "", {{}}, "sha512-0="],

    "ms": ["ms@2.0.0", "{NPM}/ms/-/ms-2.0.0.tgz", {{}}, "sha512-0="],

    "old-ws": ["ws@7.5.9", "", {{ "peerDependencies": {{ "ms": "*" }} }}, "sha512-0="],

    "site": ["site@root:", {{}}],

    "tool": ["tool@github:acme/tool#0123abc", {{}}, "acme-tool-0123abc"],
  }}
}}
"""


def test_packages() -> None:
    manifest = read("bun-lock", TEXT)
    packages = by_name(manifest)
    assert {name: package.origin for name, package in packages.items()} == {
        "@acme/ui@0.3.0": "workspace:packages/ui",
        "ms@2.1.3": "",
        "ball": "url:https://example.org/ball-1.0.0.tgz",
        "folder": "path:../folder",
        "git@0123abcd": "git+https://example.org/acme/git.git#0123abcd",
        "inner@1.0.0": "registry:https://npm.example.org/",
        "mirrored@1.0.0": "registry:https://npm.example.org/",
        "mocha@10.0.0": "",
        "@a/b@1.0.0": "",
        "ms@2.1.2": "",
        "ms@2.0.0": "",
        "ws@7.5.9": "",
        "tool@0123abc": "git+https://github.com/acme/tool#0123abc",
    }
    assert {name for name, package in packages.items() if package.direct} == {
        *("@acme/ui@0.3.0", "ws@7.5.9", "mocha@10.0.0", "ms@2.1.3", "tool@0123abc"),
    }
    assert {name for name, package in packages.items() if package.dev} == {
        *("mocha@10.0.0", "@a/b@1.0.0", "ms@2.1.2"),
    }
    assert edges(manifest) == {
        *(("@acme/ui@0.3.0", "ms@2.1.3"), ("@acme/ui@0.3.0", "tool@0123abc")),
        *(("folder", "ms@2.0.0"), ("mocha@10.0.0", "@a/b@1.0.0"), ("mocha@10.0.0", "ms@2.0.0")),
        *(("@a/b@1.0.0", "ms@2.1.2"), ("ws@7.5.9", "ms@2.0.0")),
    }
    assert not manifest.unread
    assert packages["ms@2.0.0"].line == line_of(TEXT, '    "ms": [')
    assert packages["tool@0123abc"].line == line_of(TEXT, '    "tool": [')


def test_comments_and_commas_in_texts_stay() -> None:
    text = """{ // why
  "lockfileVersion": 0, /* and
  so on */
  "packages": { "a": ["a@1.0.0", "https://e.example.org/,]//*", {},], },
}"""
    manifest = read("bun-lock", text)
    assert [(package.version, package.origin) for package in manifest.packages] == [
        ("1.0.0", "registry:https://e.example.org/,]//*")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n  "lockfileVersion": 2,\n}', "version 2 of bun is not known, line 2"),
        ('{\n  "lockfileVersion": true,\n}', "version True of bun is not known, line 2"),
        ("{}", "version none of bun"),
        ('{"lockfileVersion": 1, "packages": []}', '"packages" is no object'),
        ('{\n"lockfileVersion": 1, // a\n/* b\n*/ "packages": {', "not JSON in line 4"),
        ("[]", "it isn't an object"),
    ],
)
def test_not_understood(text: str, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        read("bun-lock", text)


def test_a_binary_lockfile_says_so() -> None:
    with pytest.raises(NotUnderstood, match="only bun can read"):
        read("bun-lock", b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x00\x01", "bun.lockb")


def test_what_is_no_package_is_unread() -> None:
    text = '{\n  "lockfileVersion": 1,\n  "packages": {\n    "a": {},\n    "b": ["b"],\n'
    text += '    "c": ["c@1.0.0"],\n  }\n}'
    manifest = read("bun-lock", text)
    assert list(by_name(manifest)) == ["c@1.0.0"]
    assert [unread.line for unread in manifest.unread] == [4, 5]
