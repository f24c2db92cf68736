import pytest
from tests.observe.manifests.samples import by_name, edges, line_of, read

from opsroom.observe.manifests import NotUnderstood

NINE = """lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      '@acme/ui':
        specifier: workspace:*
        version: link:packages/ui
      old-ws:
        specifier: npm:ws@^7
        version: ws@7.5.9
      react-dom:
        specifier: ^18.0.0
        version: 18.2.0(react@18.2.0)
      tool:
        specifier: github:acme/tool
        version: https://codeload.github.com/acme/tool/tar.gz/0123abcd
    devDependencies:
      mocha:
        specifier: ^10.0.0
        version: 10.0.0

  packages/ui:
    dependencies:
      react:
        specifier: ^18.0.0
        version: 18.2.0

packages:

  mocha@10.0.0:
    resolution: {integrity: sha512-00}
    engines: {node: '>= 14'}

  ms@2.1.3:
    resolution: {integrity: sha512-00}

  react-dom@18.2.0:
    resolution: {integrity: sha512-00}
    peerDependencies:
      react: ^18.0.0

  react@18.2.0:
    resolution: {integrity: sha512-00, tarball: https://npm.example.org/react/-/react-18.2.0.tgz}

  '@scope/lib@file:vendor/lib-1.2.0.tgz':
    resolution: {integrity: sha512-00, tarball: file:vendor/lib-1.2.0.tgz}
    version: 1.2.0

  tool@https://codeload.github.com/acme/tool/tar.gz/0123abcd:
    resolution: {tarball: https://codeload.github.com/acme/tool/tar.gz/0123abcd}
    version: 0.1.0

  ws@7.5.9:
    resolution: {integrity: sha512-00}

snapshots:

  mocha@10.0.0:
    dependencies:
      ms: 2.1.3

  ms@2.1.3: {}

  react-dom@18.2.0(react@18.2.0):
    dependencies:
      react: 18.2.0

  react@18.2.0: {}

  '@scope/lib@file:vendor/lib-1.2.0.tgz': {}

  tool@https://codeload.github.com/acme/tool/tar.gz/0123abcd:
    dependencies:
      other-ms: ms@2.1.3
      '@scope/lib': file:vendor/lib-1.2.0.tgz

  ws@7.5.9: {}
"""


def test_version_9() -> None:
    manifest = read("pnpm-lock", NINE)
    packages = by_name(manifest)
    assert {name: package.origin for name, package in packages.items()} == {
        "mocha@10.0.0": "",
        "ms@2.1.3": "",
        "react-dom@18.2.0": "",
        "react@18.2.0": "registry:https://npm.example.org/",
        "@scope/lib@1.2.0": "path:vendor/lib-1.2.0.tgz",
        "tool@0.1.0": "git+https://github.com/acme/tool#0123abcd",
        "ws@7.5.9": "",
    }
    assert {name for name, package in packages.items() if package.direct} == {
        *("ws@7.5.9", "react-dom@18.2.0", "tool@0.1.0", "mocha@10.0.0", "react@18.2.0"),
    }
    # ms is needed at run time too, by tool
    assert {name for name, package in packages.items() if package.dev} == {"mocha@10.0.0"}
    assert edges(manifest) == {
        *(("mocha@10.0.0", "ms@2.1.3"), ("react-dom@18.2.0", "react@18.2.0")),
        *(("tool@0.1.0", "ms@2.1.3"), ("tool@0.1.0", "@scope/lib@1.2.0")),
    }
    assert packages["ms@2.1.3"].line == line_of(NINE, "  ms@2.1.3:\n")
    assert not manifest.unread


SIX = """lockfileVersion: '6.0'

dependencies:
  '@scope/a':
    specifier: ^1.0.0
    version: 1.0.0(react@18.2.0)
  old-ws:
    specifier: npm:ws@^7
    version: /ws@7.5.9
  tool:
    specifier: github:acme/tool
    version: github.com/acme/tool/0123abcd

packages:

  /@scope/a@1.0.0(react@18.2.0):
    resolution: {integrity: sha512-00}
    peerDependencies:
      react: '*'
    dependencies:
      react: 18.2.0
    dev: false

  /esbuild@0.19.0:
    resolution: {integrity: sha512-00}
    requiresBuild: true
    dev: true

  /react@18.2.0:
    resolution: {integrity: sha512-00}
    dev: false

  /ws@7.5.9:
    resolution: {integrity: sha512-00}
    dev: false

  github.com/acme/tool/0123abcd:
    resolution: {tarball: https://codeload.github.com/acme/tool/tar.gz/0123abcd}
    name: tool
    version: 0.1.0
    dev: false

  registry.example.org/inner@1.0.0:
    resolution: {integrity: sha512-00}
    dev: false
"""


def test_version_6() -> None:
    manifest = read("pnpm-lock", SIX)
    packages = by_name(manifest)
    assert {name: (found.direct, found.dev) for name, found in packages.items()} == {
        "@scope/a@1.0.0": (True, False),
        "esbuild@0.19.0": (False, True),
        "react@18.2.0": (False, False),
        "ws@7.5.9": (True, False),
        "tool@0.1.0": (True, False),
        "inner@1.0.0": (False, False),
    }
    assert packages["inner@1.0.0"].origin == "registry:https://registry.example.org/"
    assert edges(manifest) == {("@scope/a@1.0.0", "react@18.2.0")}
    assert manifest.scripts == ("esbuild@0.19.0: install",)


FIVE = """lockfileVersion: 5.4

importers:
  .:
    specifiers:
      '@scope/a': ^1.0.0
      old-ws: npm:ws@^7
    dependencies:
      '@scope/a': 1.0.0_react@18.2.0
      old-ws: /ws/7.5.9
    devDependencies:
      mocha: 10.0.0

packages:

  /@scope/a/1.0.0_react@18.2.0:
    resolution: {integrity: sha512-00}
    dependencies:
      react: 18.2.0
    dev: false

  /@scope/a/1.0.0_react@17.0.0:
    resolution: {integrity: sha512-00}
    dev: true

  /mocha/10.0.0:
    resolution: {integrity: sha512-00}
    dev: true

  /react/18.2.0:
    resolution: {integrity: sha512-00}

  /ws/7.5.9:
    resolution: {integrity: sha512-00}

  registry.example.org/inner/1.0.0:
    resolution: {integrity: sha512-00}
"""


def test_version_5() -> None:
    manifest = read("pnpm-lock", FIVE)
    packages = by_name(manifest)
    assert {name: (found.direct, found.dev) for name, found in packages.items()} == {
        "@scope/a@1.0.0": (True, False),
        "mocha@10.0.0": (True, True),
        "react@18.2.0": (False, False),
        "ws@7.5.9": (True, False),
        "inner@1.0.0": (False, False),
    }
    assert edges(manifest) == {("@scope/a@1.0.0", "react@18.2.0")}


def test_what_pnpm_itself_needs_stands_in_a_document_before() -> None:
    tools = NINE.replace("7.5.9", "7.0.0").partition("snapshots:")[0]
    packages = by_name(read("pnpm-lock", f"---\n{tools}---\n{NINE}"))
    assert {"ws@7.0.0", "ws@7.5.9"} <= packages.keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lockfileVersion: '10.0'\n", "version 10.0 of pnpm is not known, line 1"),
        ("a: 1\nlockfileVersion: 3\n", "version 3 of pnpm is not known, line 2"),
        ("packages: {}\n", "version none of pnpm is not known"),
        ("- a\n", "it is no mapping"),
        ("lockfileVersion: '9.0'\npackages:\n- a\n", "packages is no mapping"),
        ("lockfileVersion: '9.0'\nlockfileVersion: '6.0'\n", "stands twice in line 2"),
        ("lockfileVersion: '9.0'\npackages:\n  'a", "not YAML in line"),
        ("<<<<<<< HEAD\n", "merge conflict in line 1"),
    ],
)
def test_not_understood(text: str, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        read("pnpm-lock", text)


def test_what_is_no_package_is_unread() -> None:
    manifest = read("pnpm-lock", "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\n  b: {}\n")
    assert list(by_name(manifest)) == ["a@1.0.0"]
    assert [(unread.reason, unread.line) for unread in manifest.unread] == [
        ("b: neither name nor version can be told", 4)
    ]
