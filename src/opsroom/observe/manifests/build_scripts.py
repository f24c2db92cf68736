"""Makefiles, scripts and pipelines, line by line: the images and charts that they build or push.

Of a file whose name or registry only its caller knows nothing is told, and that is no gap: most
of what scripts build is for their own machine.
"""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format
from opsroom.observe.reading.build_commands import BUILDS, joined, made_by
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.made_names import put_once
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.script_values import GIVEN, Values

MOST_BYTES = 1 << 20


def parse(path: str, content: bytes) -> Manifest:
    """Read what builds, as lines; a file that builds nothing is of another kind."""
    contents = Contents()
    if len(content) > MOST_BYTES or not BUILDS.search(content):
        return contents.manifest()
    values = Values(dict(GIVEN))
    found = list[Published]()
    for number, line in joined(enumerate(text_of(content).split("\n"), 1)):
        values.assign(line)
        found += made_by(number, line, values)
    put_once(found, contents)
    return contents.manifest()


FORMAT = Format(
    names=(
        *("Makefile", "GNUmakefile", "makefile", "*.mk", "justfile", "Justfile", ".justfile"),
        *("Taskfile.yml", "Taskfile.yaml", "*.sh", "*.bash", "Jenkinsfile", "Jenkinsfile.*"),
        *(".gitlab-ci.yml", "*.gitlab-ci.yml", ".gitlab/**/*.yml", ".circleci/config.yml"),
        *("azure-pipelines.yml", "bitbucket-pipelines.yml", ".travis.yml"),
    ),
    kind="shell",
    parse=parse,
    beside=True,
)
