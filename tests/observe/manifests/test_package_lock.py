import json
import time
from typing import Any

import pytest
from tests.observe.manifests.samples import NPM, by_name, edges, line_of, read

from opsroom.observe.manifests import NotUnderstood

LATEST = {
    "name": "site",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "requires": True,
    "packages": {
        "": {
            "name": "site",
            "version": "1.0.0",
            "workspaces": ["packages/*"],
            "dependencies": {"@acme/ui": "*", "lodash": "^4.0.0", "old-ws": "npm:ws@^7"},
            "devDependencies": {"mocha": "^10.0.0"},
            "optionalDependencies": {"fsevents": "^2.0.0"},
            "peerDependencies": {"react": "^18.0.0"},
        },
        "node_modules/@acme/ui": {"resolved": "packages/ui", "link": True},
        "node_modules/beside": {"resolved": "../beside", "link": True},
        "node_modules/fsevents": {
            "version": "2.3.3",
            "resolved": f"{NPM}/fsevents/-/fsevents-2.3.3.tgz",
            "hasInstallScript": True,
            "optional": True,
        },
        "node_modules/inner": {
            "version": "1.1.0",
            "resolved": "https://user:secret@npm.example.org/api/inner/-/inner-1.1.0.tgz",
        },
        "node_modules/lodash": {
            "version": "4.17.21",
            "resolved": f"{NPM}/lodash/-/lodash-4.17.21.tgz",
        },
        "node_modules/mocha": {
            "version": "10.0.0",
            "dev": True,
            "dependencies": {"ms": "2.1.3", "ws": "^8.0.0"},
        },
        "node_modules/mocha/node_modules/ms": {"version": "2.1.3", "dev": True, "inBundle": True},
        "node_modules/ms": {"version": "2.0.0"},
        "node_modules/old-ws": {"name": "ws", "version": "7.5.9"},
        "node_modules/react": {"version": "18.2.0", "peer": True, "dependencies": {"ms": "2.0.0"}},
        "node_modules/tool": {
            "version": "0.1.0",
            "resolved": "git+ssh://git@github.com/acme/tool.git#0123abcd",
        },
        "node_modules/ws": {"version": "8.16.0", "dev": True},
        "packages/ui": {
            "name": "@acme/ui",
            "version": "0.3.0",
            "dependencies": {"inner": "^1.0.0", "ms": "2.1.3", "tool": "github:acme/tool"},
        },
        "packages/ui/node_modules/ms": {"version": "2.1.3"},
    },
}
TEXT = json.dumps(LATEST, indent=2) + "\n"


def test_packages() -> None:
    manifest = read("package-lock", TEXT)
    packages = by_name(manifest)
    assert {name: package.origin for name, package in packages.items() if package.origin} == {
        "@acme/ui@0.3.0": "workspace:packages/ui",
        "beside": "path:../beside",
        "inner@1.1.0": "registry:https://npm.example.org/api/",
        "tool@0.1.0": "git+ssh://github.com/acme/tool.git#0123abcd",
    }
    assert {name for name, package in packages.items() if not package.origin} == {
        *("fsevents@2.3.3", "lodash@4.17.21", "mocha@10.0.0", "ms@2.0.0", "ms@2.1.3"),
        *("react@18.2.0", "ws@7.5.9", "ws@8.16.0"),
    }
    assert packages["@acme/ui@0.3.0"].purl == "pkg:npm/%40acme/ui"
    assert manifest.scripts == ("fsevents@2.3.3: install",)
    assert not manifest.unread


def test_what_is_direct_and_what_for_development() -> None:
    packages = by_name(read("package-lock", TEXT))
    assert {name for name, package in packages.items() if package.direct} == {
        *("@acme/ui@0.3.0", "lodash@4.17.21", "ws@7.5.9", "mocha@10.0.0", "fsevents@2.3.3"),
        *("react@18.2.0", "inner@1.1.0", "ms@2.1.3", "tool@0.1.0"),
    }
    # ms 2.1.3 stands in two places, and one of them is there at run time
    assert {name for name, package in packages.items() if package.dev} == {
        *("mocha@10.0.0", "ws@8.16.0"),
    }


def test_edges_are_found_as_node_finds_modules() -> None:
    assert edges(read("package-lock", TEXT)) == {
        *(("mocha@10.0.0", "ms@2.1.3"), ("mocha@10.0.0", "ws@8.16.0")),
        *(("react@18.2.0", "ms@2.0.0"), ("@acme/ui@0.3.0", "inner@1.1.0")),
        *(("@acme/ui@0.3.0", "ms@2.1.3"), ("@acme/ui@0.3.0", "tool@0.1.0")),
    }


@pytest.mark.parametrize("indent", [2, 4, "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines(indent: int | str, end: str) -> None:
    text = json.dumps(LATEST, indent=indent)
    packages = by_name(read("package-lock", text.replace("\n", end)))
    assert packages["lodash@4.17.21"].line == line_of(text, '"node_modules/lodash"')
    assert packages["ms@2.0.0"].line == line_of(text, '"node_modules/ms"')
    assert packages["tool@0.1.0"].line == line_of(text, '"node_modules/tool"')
    assert all(package.line for package in packages.values())


def test_all_stands_in_the_one_line_of_a_file_without_others() -> None:
    assert {package.line for package in read("package-lock", json.dumps(LATEST)).packages} == {1}


def test_lines_are_0_where_they_cannot_be_told() -> None:
    text = TEXT.replace('"node_modules/lodash": {', '"node_modules/lodash" : {')
    packages = by_name(read("package-lock", text))
    assert packages["inner@1.1.0"].line == line_of(text, '"node_modules/inner"')
    assert packages["mocha@10.0.0"].line == 0


TREE = {
    "name": "site",
    "lockfileVersion": 1,
    "requires": True,
    "dependencies": {
        "debug": {
            "version": "2.6.9",
            "resolved": f"{NPM}/debug/-/debug-2.6.9.tgz",
            "requires": {"ms": "2.0.0"},
            "dependencies": {"ms": {"version": "2.0.0"}},
        },
        "ms": {"version": "2.1.3", "dev": True},
        "tool": {
            "version": "git+https://token@example.org/tool.git#0123abcd",
            "from": "git+https://token@example.org/tool.git",
            "requires": {"ms": "^2.1.0", "missing": "1"},
        },
        "alias": {"version": "npm:real@1.2.3"},
        "folder": {"version": "file:../folder"},
        "inner": {
            "version": "1.0.0",
            "resolved": "https://npm.example.org/inner/-/inner-1.0.0.tgz",
            "bundled": True,
        },
    },
}


@pytest.mark.parametrize("version", [{"lockfileVersion": 1}, {}])
def test_version_1(version: dict[str, int]) -> None:
    tree = {key: value for key, value in TREE.items() if key != "lockfileVersion"} | version
    text = json.dumps(tree, indent=2)
    manifest = read("package-lock", text)
    packages = by_name(manifest)
    assert {name: package.origin for name, package in packages.items()} == {
        "debug@2.6.9": "",
        "ms@2.0.0": "",
        "ms@2.1.3": "",
        "tool@0123abcd": "git+https://example.org/tool.git#0123abcd",
        "real@1.2.3": "",
        "folder": "path:../folder",
        "inner@1.0.0": "registry:https://npm.example.org/",
    }
    assert all(package.direct is None for package in packages.values())
    assert [name for name, package in packages.items() if package.dev] == ["ms@2.1.3"]
    assert edges(manifest) == {("debug@2.6.9", "ms@2.0.0"), ("tool@0123abcd", "ms@2.1.3")}
    # `"ms": "2.0.0"` under `requires` comes before, and is no package
    assert packages["ms@2.0.0"].line == line_of(text, '"ms": {')
    assert packages["ms@2.1.3"].line == line_of(text, '"ms": {\n      "version": "2.1.3"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{\n  "lockfileVersion": 4,\n  "packages": {}\n}',
            "version 4 of npm is not known, line 2",
        ),
        ('{\n  "lockfileVersion": "3"\n}', "version 3 of npm is not known, line 2"),
        ('{"lockfileVersion": 3}', '"packages" is no object'),
        ("[]", "it isn't an object"),
        ('{\n"packages": {\n"a": {', "not JSON in line 3"),
        ('{\n<<<<<<< HEAD\n  "a": 1,\n=======\n>>>>>>> x\n}', "merge conflict in line 2"),
        ("", "not JSON in line 1"),
    ],
)
def test_not_understood(text: str, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        read("package-lock", text)


def test_what_is_no_package_is_unread() -> None:
    document: dict[str, Any] = {
        "lockfileVersion": 3,
        "packages": {
            "node_modules/a": [],
            "node_modules/b\u001b[31m": {"version": "1"},
            "node_modules/c": {"version": ["1"]},
            "node_modules/d": {"version": "1"},
        },
    }
    manifest = read("package-lock", json.dumps(document, indent=2))
    assert list(by_name(manifest)) == ["d@1"]
    assert [unread.line for unread in manifest.unread] == [4, 5, 8]
    assert all(unread.reason.isprintable() for unread in manifest.unread)


def test_the_last_of_two_equal_keys_counts_as_for_npm() -> None:
    text = '{"lockfileVersion": 9, "packages": {"node_modules/a": {"version": "1"},'
    text += '"node_modules/a": {"version": "2"}}, "lockfileVersion": 3}'
    assert list(by_name(read("package-lock", text))) == ["a@2"]


def test_a_large_lockfile_is_read_in_no_time() -> None:
    packages = {
        f"node_modules/p{n}": {
            "version": f"1.{n}.0",
            "resolved": f"{NPM}/p{n}/-/p{n}-1.{n}.0.tgz",
            "integrity": f"sha512-{n:086}==",
            "dependencies": {f"p{(n * 7 + k) % 1300}": "^1.0.0" for k in range(2)},
            "engines": {"node": ">=10"},
        }
        for n in range(1300)
    }
    text = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}}, indent=2)
    took: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        assert len(read("package-lock", text).packages) == 1300
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.2
