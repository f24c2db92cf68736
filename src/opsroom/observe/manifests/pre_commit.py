""".pre-commit-config.yaml: hooks from Git repositories, as `pkg:github/owner/name` and the like.

All of them are for development. What a hook of the file's own installs besides is told where its
language says which registry that is; the languages of other hooks stand in their repositories.
"""

import re

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.git_urls import git_source
from opsroom.observe.reading.purls import npm_purl, pypi_purl
from opsroom.observe.reading.values import rows, words
from opsroom.observe.reading.yaml_text import Entries, Items, document

OWN = frozenset({"local", "meta", "builtin"})
PYTHON = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?P<asked>[^;@]*?)(?:;.*)?"
)
NODE = re.compile(r"(?P<name>(?:@[^/@\s]+/)?[^/@\s]+)(?:@(?P<asked>\S+))?")
EXACT = {"python": re.compile(r"={2,3}\s*([^\s,*]+)"), "node": re.compile(r"(\d+\.\d+\.\d+\S*)")}


def _additional(written: str, language: str, line: int) -> Package | Unread:
    reader = {"python": PYTHON, "node": NODE}.get(language)
    match = reader.fullmatch(written) if reader else None
    purl = None
    if match:
        purl = pypi_purl(match["name"]) if language == "python" else npm_purl(match["name"])
    if not match or not purl:
        told = f"of {language}" if language else "in a language that isn't told here"
        return Unread(f"what else a hook {told} installs: {plain(written, 80)}", line)
    asked = (match["asked"] or "").strip()
    exact = EXACT[language].fullmatch(asked)
    return Package(purl, exact[1] if exact else "", asked, direct=True, dev=True, line=line)


def _hooks(hooks: object, contents: Contents) -> None:
    for hook in rows(hooks):
        more = hook.get("additional_dependencies") if isinstance(hook, Entries) else None
        if isinstance(hook, Entries) and isinstance(more, Items):
            language = words(hook.get("language"))
            for written, line in zip(more, more.lines, strict=True):
                contents.put(_additional(words(written), language, line))


def _repository(url: str, entry: Entries) -> Package:
    source = git_source(url)
    return Package(
        source.purl,
        words(entry.get("rev")) or words(entry.get("sha")),
        direct=True,
        dev=True,
        origin=source.origin,
        line=entry.lines["repo"],
    )


def parse(path: str, content: bytes) -> Manifest:
    """Read a configuration of pre-commit; in its oldest form the repositories stand at the top."""
    top = document(content)
    repositories = top.get("repos") if isinstance(top, Entries) else top
    if not isinstance(repositories, Items):
        raise NotUnderstood("no list of repositories: it is no configuration of pre-commit")
    contents = Contents()
    for entry, line in zip(repositories, repositories.lines, strict=True):
        url = words(entry.get("repo")) if isinstance(entry, Entries) else ""
        if not isinstance(entry, Entries) or not url:
            contents.unread("an entry without repository", line)
            continue
        if url not in OWN:
            with contents.entry(line):
                contents.put(_repository(url, entry))
        _hooks(entry.get("hooks"), contents)
    return contents.manifest()


FORMAT = Format(
    names=(".pre-commit-config.yaml", ".pre-commit-config.yml"), kind="pre-commit", parse=parse
)
