import json

import pytest
from tests.observe.manifests.samples import NPM, by_name, line_of, read

from opsroom.model.package import Published
from opsroom.observe.manifests import NotUnderstood

DOCUMENT = {
    "name": "@acme/site",
    "version": "1.2.0",
    "workspaces": ["packages/*"],
    "scripts": {"build": "x", "postinstall": "node setup.js", "preinstall": "x", "test": "x"},
    "dependencies": {
        "@acme/ui": "workspace:^",
        "axios": "1.18.0",
        "old-ws": "npm:ws@^7.0.0",
        "lodash": "^4.17.0 || ^5",
        "beside": "file:../beside",
        "short": "acme/short#v1.2",
        "forge": "gitlab:acme/forge",
        "tool": "git+https://user:token@example.org/acme/tool.git#semver:^1",
        "scp": "git@example.org:acme/scp.git",
        "ball": "https://example.org/ball-1.0.0.tgz?token=secret",
        "catalogued": "catalog:",
        "tagged": "next",
        "any": "",
    },
    "devDependencies": {"mocha": "~10.0.0"},
    "optionalDependencies": {"fsevents": "*"},
    "peerDependencies": {"react": ">=17"},
    "bundleDependencies": ["axios"],
    "overrides": {"minimist": "1.2.8"},
    "resolutions": {"minimist": "1.2.8"},
}
TEXT = json.dumps(DOCUMENT, indent=2)


def test_dependencies() -> None:
    packages = by_name(read("package-json", TEXT))
    said = {
        name: (package.constraint, package.origin)
        for name, package in packages.items()
        if package.origin or "@" in name
    }
    tool = "git+https://example.org/acme/tool.git#semver:^1"
    assert said == {
        "@acme/ui": ("workspace:^", "workspace:"),
        "axios@1.18.0": ("1.18.0", ""),
        "beside": ("file:../beside", "path:../beside"),
        "short@v1.2": ("git+https://github.com/acme/short#v1.2",) * 2,
        "forge": ("git+https://gitlab.com/acme/forge",) * 2,
        "tool@semver:^1": (tool, tool),
        "scp": ("git+ssh://example.org/acme/scp.git",) * 2,
        "ball": ("url:https://example.org/ball-1.0.0.tgz",) * 2,
    }
    assert {
        name: package.constraint
        for name, package in packages.items()
        if not package.origin and "@" not in name
    } == {
        "ws": "^7.0.0",
        "lodash": "^4.17.0 || ^5",
        "catalogued": "catalog:",
        "tagged": "next",
        "any": "",
        "mocha": "~10.0.0",
        "fsevents": "*",
        "react": ">=17",
    }
    assert all(package.direct for package in packages.values())
    assert [name for name, package in packages.items() if package.dev] == ["mocha"]


def test_lines_publishing_and_scripts() -> None:
    manifest = read("package-json", TEXT)
    assert manifest.publishes == (Published("pkg:npm/%40acme/site", "1.2.0", False, 2),)
    assert manifest.scripts == ("preinstall", "postinstall")
    packages = by_name(manifest)
    assert packages["axios@1.18.0"].line == line_of(TEXT, '"axios": ')
    assert packages["ws"].line == line_of(TEXT, '"old-ws": ')
    assert packages["react"].line == line_of(TEXT, '"react": ')


@pytest.mark.parametrize(
    ("facts", "private"),
    [
        ({}, False),
        ({"private": True}, True),
        ({"private": False}, False),
        ({"publishConfig": {"registry": "https://npm.example.org/"}}, True),
        ({"publishConfig": {"registry": f"{NPM}/"}}, False),
        ({"publishConfig": {"access": "public"}}, False),
    ],
)
def test_what_is_private(facts: dict[str, object], private: bool) -> None:
    manifest = read("package-json", json.dumps({"name": "site", **facts}))
    assert [published.private for published in manifest.publishes] == [private]


def test_a_name_of_old_keeps_its_capital_letters() -> None:
    manifest = read("package-json", '{"dependencies": {"JSONStream": "^1", "@Acme/X~y": "1.0.0"}}')
    assert [package.purl for package in manifest.packages] == [
        *("pkg:npm/JSONStream", "pkg:npm/%40Acme/X~y"),
    ]


def test_a_file_with_settings_alone_holds_nothing() -> None:
    manifest = read("package-json", '{"type": "module"}')
    assert (manifest.packages, manifest.publishes, manifest.unread) == ((), (), ())


def test_what_is_no_request_is_unread() -> None:
    text = '{\n  "dependencies": {\n    "a": 1,\n    "b c": "1"\n  },\n  "devDependencies": "x"\n}'
    manifest = read("package-json", text)
    assert [(unread.reason, unread.line) for unread in manifest.unread] == [
        ("a: neither name nor version can be told", 3),
        ("b c: neither name nor version can be told", 4),
        ("devDependencies is no object", 6),
    ]


@pytest.mark.parametrize("text", ["[]", '"a"', "{", "{'a': 1}", "null"])
def test_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read("package-json", text)
