"""Python projects: pyproject.toml, uv.lock, a module and its tests."""

from collections.abc import Iterable

from opsroom.demo.catalogue import HOST, IMAGES, LIBRARIES, Plot
from opsroom.demo.contents.everywhere import Releases, Tree, hexadecimal, image_ci, needed

INDEX = "https://mirror.home.arpa/simple"
"""The house keeps a mirror of the public index."""

Packages = dict[str, tuple[str, tuple[str, ...]]]

PUBLIC: Packages = {
    "blinker": ("1.7.0", ()),
    "certifi": ("2023.5.7", ()),
    "charset-normalizer": ("3.3.2", ()),
    "click": ("8.1.7", ()),
    "flask": ("3.0.0", ("blinker", "click", "itsdangerous", "jinja2", "werkzeug")),
    "idna": ("3.6", ()),
    "iniconfig": ("2.0.0", ()),
    "itsdangerous": ("2.1.2", ()),
    "jinja2": ("3.1.3", ("markupsafe",)),
    "markupsafe": ("2.1.5", ()),
    "packaging": ("24.1", ()),
    "paho-mqtt": ("1.6.1", ()),
    "pillow": ("10.0.0", ()),
    "pluggy": ("1.5.0", ()),
    "pytest": ("8.2.2", ("iniconfig", "packaging", "pluggy")),
    "pyyaml": ("6.0.1", ()),
    "requests": ("2.31.0", ("certifi", "charset-normalizer", "idna", "urllib3")),
    "urllib3": ("2.0.6", ()),
    "werkzeug": ("3.0.1", ("markupsafe",)),
}
"""Public packages with a version that was current once, and what they need. Some have flaws that
became known later: certifi, jinja2, pillow, requests, urllib3, werkzeug."""

DIRECT = {
    "recipe-box": ("flask", "pillow", "requests"),
    "weather-station": ("pyyaml", "requests"),
    "libmqtt-py": ("paho-mqtt",),
    "backup-scripts": ("pyyaml",),
}
USUAL = ("click", "requests")

PROJECT = """[project]
name = "{name}"
version = "{version}"
description = "{about}"
requires-python = ">=3.11"
dependencies = [{dependencies}]

[dependency-groups]
dev = ["pytest>=8"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""

DOCKERFILE = """FROM registry.home.arpa/{images}/python:{version}
WORKDIR /srv
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
COPY src ./src
CMD ["uv", "run", "python", "-m", "{module}"]
"""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a project that is locked, and tested as far as a demo is."""
    module = plot.name.replace("-", "_")
    version = f"0.{step}.0"
    ours = sorted(need.partition("/")[2] for need in needed(plot, LIBRARIES))
    direct = sorted((*DIRECT.get(plot.name, USUAL), *ours))
    wanted = "".join(f'\n  "{each}>={_floor(plot, each, releases)}",' for each in direct) + "\n"
    sources = "".join(
        f'{need.partition("/")[2]} = {{ git = "https://{HOST}/{need}", '
        f'tag = "{releases(need).tag}" }}\n'
        for need in needed(plot, LIBRARIES)
    )
    project = PROJECT.format(name=plot.name, version=version, about=plot.about, dependencies=wanted)
    tree = {
        "pyproject.toml": f"{project}\n[tool.uv.sources]\n{sources}" if sources else project,
        "uv.lock": lock(plot, version, direct, releases),
        f"src/{module}/__init__.py": f'"""{plot.about}."""\n\n__version__ = "{version}"\n',
        f"tests/test_{module}.py": (
            f"from {module} import __version__\n\n\n"
            "def test_version() -> None:\n    assert __version__.count('.') == 2\n"
        ),
    }
    if IMAGES in plot.needs:
        tree["Dockerfile"] = DOCKERFILE.format(
            images=IMAGES, version=releases(IMAGES).version, module=module
        )
        tree |= image_ci(plot)
    return tree


def _floor(plot: Plot, package: str, releases: Releases) -> str:
    if package in PUBLIC:
        return ".".join(PUBLIC[package][0].split(".")[:2])
    need = next(each for each in plot.needs if each.endswith(f"/{package}"))
    return ".".join(releases(need).version.split(".")[:2])


def lock(plot: Plot, version: str, direct: Iterable[str], releases: Releases) -> str:
    """Return uv.lock, as uv writes it for a project with a group `dev`."""
    ours = {need.partition("/")[2]: need for need in needed(plot, LIBRARIES)}
    parts = ['version = 1\nrevision = 2\nrequires-python = ">=3.11"\n']
    entries = {name: _public(name) for name in _closure([*direct, "pytest", *_theirs(ours)])}
    entries |= {name: _of_the_fleet(name, need, releases) for name, need in ours.items()}
    entries[plot.name] = _root(plot, version, direct, releases)
    parts += [entries[name] for name in sorted(entries)]
    return "\n".join(parts)


def _theirs(ours: dict[str, str]) -> Iterable[str]:
    return (each for name in ours for each in DIRECT.get(name, USUAL))


def _closure(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    ahead = [name for name in names if name in PUBLIC]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += PUBLIC[name][1]
    return found


def _listed(names: Iterable[str]) -> str:
    inside = "".join(f'    {{ name = "{name}" }},\n' for name in sorted(names))
    return f"dependencies = [\n{inside}]\n" if inside else ""


def _public(name: str) -> str:
    version, needs = PUBLIC[name]
    stem = name.replace("-", "_")
    files = f"{INDEX.removesuffix('simple')}files/{stem}-{version}"
    size = int(hexadecimal(name, version)[:5], 16)
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\n'
        f'source = {{ registry = "{INDEX}" }}\n{_listed(needs)}'
        f'sdist = {{ url = "{files}.tar.gz", '
        f'hash = "sha256:{hexadecimal(name, version, "sdist")}", size = {size} }}\n'
        f'wheels = [\n    {{ url = "{files}-py3-none-any.whl", '
        f'hash = "sha256:{hexadecimal(name, version, "wheel")}", size = {size // 2} }},\n]\n'
    )


def _of_the_fleet(name: str, need: str, releases: Releases) -> str:
    release = releases(need)
    return (
        f'[[package]]\nname = "{name}"\nversion = "{release.version}"\n'
        f'source = {{ git = "https://{HOST}/{need}?tag={release.tag}#{release.commit}" }}\n'
        f"{_listed(DIRECT.get(name, USUAL))}"
    )


def _root(plot: Plot, version: str, direct: Iterable[str], releases: Releases) -> str:
    wanted: list[str] = []
    for name in sorted(direct):
        need = next((each for each in needed(plot, LIBRARIES) if each.endswith(f"/{name}")), None)
        if need:
            source = f'git = "https://{HOST}/{need}?tag={releases(need).tag}"'
        else:
            source = f'specifier = ">={_floor(plot, name, releases)}"'
        wanted.append(f'    {{ name = "{name}", {source} }},\n')
    return (
        f'[[package]]\nname = "{plot.name}"\nversion = "{version}"\n'
        f'source = {{ editable = "." }}\n{_listed(direct)}\n'
        '[package.dev-dependencies]\ndev = [\n    { name = "pytest" },\n]\n\n'
        f"[package.metadata]\nrequires-dist = [\n{''.join(wanted)}]\n\n"
        '[package.metadata.requires-dev]\ndev = [{ name = "pytest", specifier = ">=8" }]\n'
    )
