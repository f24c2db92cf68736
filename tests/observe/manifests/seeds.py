"""One small true file of each format of Python and Node, to be broken in every way."""

from tests.observe.manifests.samples import NPM, PYPI

SEEDS: dict[str, str] = {
    "uv-lock": f"""version = 1
[manifest]
members = ["app"]
[[package]]
name = "app"
version = "1"
source = {{ editable = "." }}
dependencies = [{{ name = "idna", marker = "x" }}]
[package.dev-dependencies]
dev = [{{ name = "pytest" }}]
[[package]]
name = "idna"
version = "3.6"
source = {{ registry = "{PYPI}" }}
[[package]]
name = "pytest"
version = "8.0"
source = {{ git = "https://example.org/x?rev=a#b" }}
""",
    "poetry-lock": """[[package]]
name = "idna"
version = "3.6"
groups = ["main"]
[package.dependencies]
pytest = ">=1"
[package.source]
type = "git"
url = "https://example.org/x"
[[package]]
name = "pytest"
version = "8.0"
[metadata]
lock-version = "2.1"
""",
    "pdm-lock": """[metadata]
lock_version = "4.5.0"
[[package]]
name = "idna"
version = "3.6"
dependencies = ["pytest>=1"]
[[package]]
name = "pytest"
version = "8.0"
git = "https://example.org/x"
""",
    "pylock": """lock-version = "1.0"
default-groups = ["default"]
[[packages]]
name = "idna"
version = "3.6"
marker = "'dev' in dependency_groups"
dependencies = [{ name = "attrs" }]
[[packages]]
name = "attrs"
version = "1"
vcs = { type = "git", url = "https://example.org/x", commit-id = "a" }
""",
    "pipfile-lock": """{
    "_meta": {"pipfile-spec": 6, "sources": [{"name": "pypi", "url": "https://example.org"}]},
    "default": {"idna": {"version": "==3.6", "index": "pypi"}},
    "develop": {"pytest": {"git": "https://example.org/x", "ref": "a"}}
}
""",
    "requirements": """--index-url https://example.org/simple
-r base.txt
idna[a]>=3,<4 ; python_version > "3" # why
pytest==8.0 \\
    --hash=sha256:00
    # via -r requirements.in
-e git+https://example.org/x@main#egg=thing
./folder
https://example.org/x-1.0-py3-none-any.whl
""",
    "pyproject": """[build-system]
requires = ["hatchling>=1"]
[project]
name = "app"
version = "1"
dependencies = ["idna>=3", "x @ git+https://example.org/x@a"]
optional-dependencies = { a = ["b"] }
[dependency-groups]
dev = ["pytest", { include-group = "lint" }]
[tool.uv.sources]
idna = { index = "ours" }
[[tool.uv.index]]
name = "ours"
url = "https://example.org"
[tool.poetry.dependencies]
python = "*"
attrs = { version = "^1", source = "ours" }
""",
    "pipfile": """[[source]]
name = "ours"
url = "https://example.org"
[packages]
idna = "*"
x = { git = "https://example.org/x", ref = "a" }
[dev-packages]
pytest = { version = "==1", index = "ours" }
""",
    "setup-cfg": """[metadata]
name = app
version = 1
[options]
install_requires =
    idna>=3
    file: requirements.txt
[options.extras_require]
a =
    b==1
""",
    "package-json": """{
  "name": "@a/b",
  "version": "1.0.0",
  "private": true,
  "scripts": {"postinstall": "x"},
  "publishConfig": {"registry": "https://example.org"},
  "dependencies": {"ws": "npm:other@^1", "x": "a/b#c"},
  "devDependencies": {"y": "file:../y"}
}
""",
    "package-lock": f"""{{
  "lockfileVersion": 3,
  "packages": {{
    "": {{"dependencies": {{"ws": "^1"}}, "devDependencies": {{"ui": "*"}}}},
    "node_modules/ws": {{"version": "1.0.0", "resolved": "{NPM}/ws/-/ws-1.0.0.tgz"}},
    "node_modules/ui": {{"resolved": "packages/ui", "link": true}},
    "packages/ui": {{"version": "1", "dependencies": {{"ws": "^2"}}}},
    "packages/ui/node_modules/ws": {{"version": "2.0.0", "hasInstallScript": true}}
  }},
  "dependencies": {{
    "ws": {{"version": "1.0.0", "requires": {{"ui": "1"}}, "dependencies": {{}}}}
  }}
}}
""",
    "yarn-lock": f"""# yarn lockfile v1


"@a/b@^1", "@a/b@npm:^1":
  version "1.0.0"
  resolved "{NPM}/@a/b/-/b-1.0.0.tgz#abc"
  dependencies:
    ws "^2"

ws@^2:
  version "2.0.0"
""",
    "pnpm-lock": """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      ws: {specifier: ^1, version: 1.0.0(x@1)}
    devDependencies:
      y: {specifier: ^1, version: link:../y}
packages:
  ws@1.0.0: {resolution: {integrity: sha512-a}}
  x@1.0.0: {resolution: {tarball: https://example.org/x.tgz}}
snapshots:
  ws@1.0.0(x@1):
    dependencies: {x: 1.0.0}
  x@1.0.0: {}
""",
    "bun-lock": """{
  "lockfileVersion": 1,
  "workspaces": {
    "": {"name": "app", "dependencies": {"ws": "^1"}, "devDependencies": {"x": "*"},},
  },
  "packages": {
    "ws": ["ws@1.0.0", "", {"dependencies": {"x": "^1"}}, "sha512-a"],
    "x": ["x@git+https://example.org/x#abc", {}, "abc"],
    "ws/x": ["x@2.0.0", "https://example.org/", {}, ""],
  },
}
""",
}

LATER_YARN = """__metadata:
  version: 8

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    ws: "npm:^1"

"ws@npm:^1":
  version: 1.0.0
  resolution: "ws@npm:1.0.0"
  dependencies:
    x: "npm:^1"

"x@patch:x@npm%3A1.0.0#y":
  version: 1.0.0
  resolution: "x@patch:x@npm%3A1.0.0#y::version=1.0.0"
"""
