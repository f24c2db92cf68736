"""What Copier, Cruft and Cookiecutter leave behind: which template this was made from, and when.

.copier-answers.yml: _src_path: gh:owner/name   _commit: v1.2
.cruft.json: {"template": "https://github.com/owner/name", "commit": "..."}
"""

import re

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import sound
from opsroom.observe.reading.git_addresses import git_address
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.tree_walks import readable
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries

SHORT = {"gh": "github.com", "gl": "gitlab.com", "bb": "bitbucket.org"}
SHORTHAND = re.compile(r"(gh|gl|bb):/{0,2}([\w.-]+(?:/[\w.-]+)+?)/?")
KEYS = (("_src_path", "_commit"), ("template", "commit"), ("_template", "_commit"))


def address(written: str) -> str:
    """The origin of a template; empty where it is no repository, as a folder of a machine."""
    if match := SHORTHAND.fullmatch(written):
        written = f"https://{SHORT[match[1]]}/{match[2]}"
    found = git_address(written)
    return found.origin if found else ""


def parse(path: str, content: bytes) -> Manifest:
    """Read the answers that were given to a template; JSON is YAML as well."""
    found: list[Mention] = []
    for top in readable(content):
        if not isinstance(top, Entries):
            continue
        for template, commit in KEYS:
            if name := address(words(top.get(template))):
                version = sound(words(top.get(commit))) or ""
                found.append(Mention("template", name, top.lines[template], version))
    return manifest_of(found)


FORMAT = Format(
    names=(
        *(".copier-answers.yml", ".copier-answers.yaml", ".copier-answers.*.yml"),
        *(".cruft.json", ".cookiecutter.json", ".copier-answers*.yaml"),
    ),
    kind="template",
    parse=parse,
    beside=True,
)
