"""Go modules: go.mod, go.sum, a package and its test."""

from collections.abc import Iterable

from opsroom.demo.catalogue import HOST, IMAGES, LIBRARIES, Plot
from opsroom.demo.contents.everywhere import Releases, Tree, base64, image_ci, needed

MQTT = "github.com/eclipse/paho.mqtt.golang"
YAML = "gopkg.in/yaml.v3"

PUBLIC: dict[str, tuple[str, tuple[str, ...]]] = {
    MQTT: ("v1.4.3", ("github.com/gorilla/websocket", "golang.org/x/net", "golang.org/x/sync")),
    YAML: ("v3.0.0", ("gopkg.in/check.v1",)),
    "github.com/gorilla/websocket": ("v1.5.0", ()),
    "golang.org/x/net": ("v0.8.0", ("golang.org/x/text",)),
    "golang.org/x/sync": ("v0.1.0", ()),
    "golang.org/x/text": ("v0.8.0", ()),
    "gopkg.in/check.v1": ("v0.0.0-20161208181325-20d25e280405", ()),
}
"""Public modules with a version that was current once, and what they need. Flaws became known
later in golang.org/x/net and gopkg.in/yaml.v3."""

DIRECT = {"doorbell": (MQTT, YAML), "garden-sensors": (MQTT,), "units-go": ()}
USUAL = (YAML,)

DOCKERFILE = """FROM registry.home.arpa/{images}/go:{version} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /bin/{name} .

FROM scratch
COPY --from=build /bin/{name} /bin/{name}
CMD ["/bin/{name}"]
"""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a module; a library is a package of its own name, a program is `main`."""
    library = plot.slug in LIBRARIES
    package = plot.name.partition("-")[0] if library else "main"
    main = "" if library else "\n\nfunc main() {}"
    direct = DIRECT.get(plot.name, USUAL)
    ours = {f"{HOST}/{need}": releases(need).tag for need in needed(plot, LIBRARIES)}
    tree = {
        "go.mod": _module(plot, direct, ours),
        "go.sum": _sums(direct, ours),
        f"{package}.go": f'package {package}\n\nconst version = "v1.{step}.0"{main}\n',
        f"{package}_test.go": (
            f'package {package}\n\nimport "testing"\n\n'
            "func TestVersion(t *testing.T) {\n"
            '\tif version == "" {\n\t\tt.Fatal("no version")\n\t}\n}\n'
        ),
    }
    if IMAGES in plot.needs:
        tree["Dockerfile"] = DOCKERFILE.format(
            images=IMAGES, version=releases(IMAGES).version, name=plot.name
        )
        tree |= image_ci(plot)
    return tree


def _module(plot: Plot, direct: Iterable[str], ours: dict[str, str]) -> str:
    wanted = {**{name: PUBLIC[name][0] for name in direct}, **ours}
    further = sorted(_closure(direct) - set(direct))
    text = f"module {HOST}/{plot.slug}\n\ngo 1.22\n"
    if wanted:
        text += _block(f"{name} {version}" for name, version in sorted(wanted.items()))
    if further:
        text += _block(f"{name} {PUBLIC[name][0]} // indirect" for name in further)
    return text


def _block(lines: Iterable[str]) -> str:
    inside = "".join(f"\t{line}\n" for line in lines)
    return f"\nrequire (\n{inside})\n"


def _closure(names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += PUBLIC[name][1]
    return found


def _sums(direct: Iterable[str], ours: dict[str, str]) -> str:
    pinned = {**{name: PUBLIC[name][0] for name in _closure(direct)}, **ours}
    return "".join(
        f"{name} {version} h1:{base64(name, version)}\n"
        f"{name} {version}/go.mod h1:{base64(name, version, 'go.mod')}\n"
        for name, version in sorted(pinned.items())
    )
