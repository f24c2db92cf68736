"""What names that are no packages ask for: addresses, hosts, templates, environments, sources."""

import re
from collections.abc import Iterator, Mapping

from opsroom.judge.graph.about import About
from opsroom.judge.graph.phases import name_of, phase_of_mention
from opsroom.judge.graph.targets import (
    GIT,
    SOMEWHERE,
    address_of,
    anywhere,
    environment_target,
    folded,
    host_target,
)
from opsroom.model.link import Link, LinkKind, Phase, Sure
from opsroom.model.mention import Mention, MentionKind

OF_ASKER = "{host}"
"""In an address: the host of whoever asks, which the file leaves out."""
OF_MENTION: Mapping[MentionKind, LinkKind] = {"template": "template"}
"""The kind of a link to a repository; the others are references."""
OF_CI = re.compile(
    r"\.gitlab-ci.*\.ya?ml|\.travis\.yml|azure-pipelines.*\.ya?ml|bitbucket-pipelines\.ya?ml"
    r"|jenkinsfile.*|\.drone\.ya?ml|\.woodpecker.*\.ya?ml|\.cirrus\.yml|appveyor\.yml"
)
OF_TOOLS = frozenset(
    {
        *("pyproject.toml", "setup.cfg", "tox.ini", "noxfile.py", "package.json", "cargo.toml"),
        *("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", "mkdocs.yml"),
        *(".editorconfig", ".golangci.yml", ".golangci.yaml", ".pre-commit-config.yaml"),
    }
)
"""Files in which an address is of a tool's configuration: what is run stands there as a package."""


def links_of_mention(about: About, path: str, mention: Mention) -> Iterator[Link]:
    """Yield what one name in a file asks for."""
    if mention.kind == "host":
        for target in _hosts(mention.name):
            yield _link(target, "service", path, mention, Sure.LIKELY)
    elif mention.kind == "environment":
        target = environment_target(mention.name)
        yield Link(target, "deploys", path, mention.line, sure=Sure.CERTAIN)
    else:
        yield from _repositories(about, path, mention)


def _repositories(about: About, path: str, mention: Mention) -> Iterator[Link]:
    kind = OF_MENTION.get(mention.kind, "reference")
    sure = Sure.LIKELY if mention.kind == "source" else Sure.CERTAIN
    name = mention.name
    if OF_ASKER in name:
        if not about.host:
            rest = folded(name.partition(f"{OF_ASKER}/")[2]).removesuffix(".git")
            if rest.count("/"):
                yield _link(f"{SOMEWHERE}{rest}", kind, path, mention, Sure.LIKELY)
            return
        name = name.replace(OF_ASKER, about.host)
    address = address_of(name)
    if address is None:
        return
    yield _link(f"{GIT}{address.host}/{address.name}", kind, path, mention, sure)
    if other := anywhere(address):
        yield _link(other, kind, path, mention, Sure.LIKELY, f"git+https://{'/'.join(address)}")


def _link(
    target: str, kind: LinkKind, path: str, mention: Mention, sure: Sure, constraint: str = ""
) -> Link:
    return Link(
        *(target, kind, path, mention.line),
        version=mention.version,
        constraint=constraint,
        phase=_phase(path, kind),
        sure=sure,
    )


def _phase(path: str, kind: LinkKind) -> Phase:
    name = name_of(path).lower()
    if OF_CI.fullmatch(name):
        return Phase.CI
    if kind == "template" or name in OF_TOOLS:
        return Phase.DEVELOPMENT
    return phase_of_mention(path)


def _hosts(name: str) -> Iterator[str]:
    """A name of the network as it may be served: with its port, without it, by a wildcard."""
    bare = re.sub(r":\d+$", "", name)
    yield host_target(name)
    if bare != name:
        yield host_target(bare)
    _, dot, parent = bare.partition(".")
    if dot and "." in parent:
        yield host_target(f"*.{parent}")
