"""Node projects: package.json, package-lock.json of version 3, a module and its test."""

import json
from typing import Any

from opsroom.demo.catalogue import HOST, IMAGES, LIBRARIES, Plot
from opsroom.demo.contents.everywhere import Releases, Tree, base64, image_ci, needed

Needs = dict[str, str]

PUBLIC: dict[str, tuple[str, Needs]] = {
    "axios": ("0.21.1", {"follow-redirects": "^1.10.0"}),
    "follow-redirects": ("1.14.7", {}),
    "lodash": ("4.17.20", {}),
    "lru-cache": ("6.0.0", {"yallist": "^4.0.0"}),
    "minimist": ("1.2.5", {}),
    "node-fetch": ("2.6.6", {"whatwg-url": "^5.0.0"}),
    "prettier": ("3.2.5", {}),
    "semver": ("7.3.7", {"lru-cache": "^6.0.0"}),
    "tr46": ("0.0.3", {}),
    "webidl-conversions": ("3.0.1", {}),
    "whatwg-url": ("5.0.0", {"tr46": "~0.0.3", "webidl-conversions": "^3.0.0"}),
    "ws": ("8.16.0", {}),
    "yallist": ("4.0.0", {}),
}
"""Public packages with a version that was current once, and what they need. Flaws became known
later in axios, follow-redirects, lodash, minimist, node-fetch, semver and ws."""

DIRECT = {
    "energy-dashboard": ("axios", "ws"),
    "budget": ("lodash", "minimist", "node-fetch"),
    "energy-units": ("semver",),
}
USUAL = ("lodash", "ws")
ISC = frozenset({"lru-cache", "semver", "yallist"})

DOCKERFILE = """FROM registry.home.arpa/{images}/node:{version}
WORKDIR /srv
COPY package*.json ./
RUN npm install --omit=dev
COPY src ./src
CMD ["node", "src/index.js"]
"""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a project that is locked, and tested with Node's own runner."""
    manifest = _manifest(plot, f"2.{step}.0", releases)
    tree = {
        "package.json": _written(manifest),
        "package-lock.json": _written(_lock(plot, manifest, releases)),
        "src/index.js": f"export const about = {plot.about!r};\n",
        "test/index.test.js": (
            "import assert from 'node:assert';\nimport test from 'node:test';\n"
            "import { about } from '../src/index.js';\n\n"
            "test('it says what it is about', () => assert.ok(about));\n"
        ),
    }
    if IMAGES in plot.needs:
        tree["Dockerfile"] = DOCKERFILE.format(images=IMAGES, version=releases(IMAGES).version)
        tree |= image_ci(plot)
    return tree


def _name(slug: str) -> str:
    return "@" + slug if slug in LIBRARIES else slug.partition("/")[2]


def _manifest(plot: Plot, version: str, releases: Releases) -> dict[str, Any]:
    wanted = {name: f"^{PUBLIC[name][0]}" for name in DIRECT.get(plot.name, USUAL)}
    for need in needed(plot, LIBRARIES):
        wanted[_name(need)] = f"git+https://{HOST}/{need}.git#{releases(need).tag}"
    return {
        "name": _name(plot.slug),
        "version": version,
        "description": plot.about,
        "type": "module",
        "license": "MIT",
        "scripts": {"test": "node --test", "format": "prettier --write ."},
        "dependencies": dict(sorted(wanted.items())),
        "devDependencies": {"prettier": f"^{PUBLIC['prettier'][0]}"},
    }


def _lock(plot: Plot, manifest: dict[str, Any], releases: Releases) -> dict[str, Any]:
    root = {
        key: manifest[key]
        for key in ("name", "version", "license", "dependencies", "devDependencies")
    }
    packages: dict[str, Any] = {"": root}
    direct = set(DIRECT.get(plot.name, USUAL))
    for need in needed(plot, LIBRARIES):
        release = releases(need)
        theirs = DIRECT.get(need.partition("/")[2], USUAL)
        direct.update(theirs)
        packages[f"node_modules/{_name(need)}"] = {
            "version": release.version,
            "resolved": f"git+https://{HOST}/{need}.git#{release.commit}",
            "license": "MIT",
            "dependencies": {name: f"^{PUBLIC[name][0]}" for name in theirs},
        }
    for name in _closure(direct):
        packages[f"node_modules/{name}"] = _entry(name)
    packages["node_modules/prettier"] = {
        **_entry("prettier"), "dev": True, "bin": {"prettier": "bin/prettier.cjs"}
    }  # fmt: skip
    return {
        "name": manifest["name"],
        "version": manifest["version"],
        "lockfileVersion": 3,
        "requires": True,
        "packages": dict(sorted(packages.items())),
    }


def _entry(name: str) -> dict[str, Any]:
    # without `resolved`, as npm writes with omit-lockfile-registry-resolved
    version, needs = PUBLIC[name]
    entry: dict[str, Any] = {
        "version": version,
        "integrity": f"sha512-{base64(name, version, wide=True)}",
        "license": "ISC" if name in ISC else "MIT",
    }
    return {**entry, "dependencies": needs} if needs else entry


def _closure(names: set[str]) -> set[str]:
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += PUBLIC[name][1]
    return found


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
