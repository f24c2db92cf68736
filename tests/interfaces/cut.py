"""Cut GitHub's published interface to what Opsroom uses: names and types, and no prose.

Run by hand, with the folder in which the packages were unpacked, each as `npm pack` names it
without `.tgz` (`octokit-openapi-23.0.2/package/...`):

    python -m tests.interfaces.cut FOLDER

The packages, all MIT: @octokit/graphql-schema 15.26.1 (github.com today) and 10.59.0 (an older
server), @octokit/openapi 23.0.2, @octokit/webhooks-schemas 7.6.1. What is wanted of them stands in
`uses.graphql`, `operations.txt` and `events.txt` beside this script. SOURCES.md says what is where.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphql import build_schema, parse
from tests.interfaces import payloads, rest, sdl
from tests.interfaces.schemas import Json

HERE = Path(__file__).parent
DOUBLE = HERE.parents[1] / "src/opsroom/demo/github"

SCHEMA = "octokit-graphql-schema-15.26.1/package/schema.graphql"
OLDER_SCHEMA = "octokit-graphql-schema-10.59.0/package/schema.graphql"
OPENAPI = "octokit-openapi-23.0.2/package/generated/api.github.com.json"
ENTERPRISE = "octokit-openapi-23.0.2/package/generated/ghes-3.17.json"
WEBHOOKS = "octokit-webhooks-schemas-7.6.1/package/schema.json"


def main(packages: Path) -> None:
    """Write every cut where it is committed."""
    for path, text in cuts(packages).items():
        path.write_text(text, encoding="utf-8")


def cuts(packages: Path) -> dict[Path, str]:
    """Return what is committed: the files, and what must be in them."""
    schema = build_schema(_text(packages / SCHEMA), assume_valid=True)
    found = sdl.uses(schema, parse(_text(HERE / "uses.graphql")))
    openapi, webhooks = _json(packages / OPENAPI), _json(packages / WEBHOOKS)
    wanted, events = words("operations.txt"), words("events.txt")
    beside = payloads.unknown(webhooks, openapi["x-webhooks"], events)
    lacking = set(wanted) - rest.operations(_json(packages / ENTERPRISE))
    return {
        DOUBLE / "graphql/github.graphql": sdl.cut(_text(packages / SCHEMA), found),
        DOUBLE / "graphql/enterprise.graphql": sdl.cut(_text(packages / OLDER_SCHEMA), found),
        DOUBLE / "enterprise_lacks.txt": "".join(f"{each}\n" for each in sorted(lacking)),
        HERE / "openapi.json": written(rest.cut(openapi, wanted, beside)),
        HERE / "webhooks.json": written(payloads.cut(webhooks, events)),
    }


def words(name: str) -> list[str]:
    """Return the lines of one of the lists beside this script."""
    return _text(HERE / name).splitlines()


def written(cut: Json) -> str:
    """Return JSON with one line for each thing that has a name, so that a diff can be read."""
    return _block(cut, 0) + "\n"


def _block(value: Any, depth: int) -> str:
    lines: Iterable[str] = (
        f"{json.dumps(key)}: {_block(each, depth + 1) if _folder(each, depth) else _line(each)}"
        for key, each in value.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _folder(value: Any, depth: int) -> bool:
    """Whether a value is a table of named things: at the top, or `schemas` below it."""
    return isinstance(value, dict) and (depth == 0 or "schemas" in value)


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _json(path: Path) -> Json:
    loaded: Json = json.loads(_text(path))
    return loaded


if __name__ == "__main__":
    main(Path(sys.argv[1]))
