"""URLs in scripts, configuration and CI: which repositories and which hosts a file asks for.

- A file, an archive or a release of a repository is asked for wherever its URL stands, and so is a
  repository that is cloned. A URL that people may open as well (`https://github.com/owner/name`)
  counts as the value of a key that says so (`source`, `url`, ...) or behind a command that fetches.
- Hosts are those of URLs, and of variables and settings that are named for one (`DB_HOST`).

What a file tells people (comments, messages, home pages, documentation) asks for nothing.
"""

import re
from collections.abc import Iterator
from posixpath import basename, split

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.git_addresses import FORGES, GitAddress, Shape, git_address
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.network_names import asked, hosts_in, is_nobodys
from opsroom.observe.reading.plain_text import text_or_none
from opsroom.observe.reading.said_lines import Line, lines_of

MOST_BYTES = 512 << 10

HINT = re.compile(
    rb"://|\bgit@|\.git\b|\bgit\s|github\.com/|\bgh\s|(?:HOST|ADDR|ENDPOINT|SERVER|BROKER|UPSTREAM|TARGET|"
    rb"renovate:\s*datasource)",
    re.IGNORECASE,
)
WORD = re.compile(
    r"(?:git\+)?(?:https?|ssh|git)://[^\s\"'<>|;,`]+|\b[a-z][a-z0-9_-]{0,31}@[\w.-]+:[^\s\"'<>|;,`]+"
)
TRAILING = ".,:;!?)}]>"
TOLD = re.compile(
    r"(?i)(?:^|[._/-])(?:home|home_?page|docs?|documentation|docs?_?ur[il]|description|summary|"
    r"readme|licen[cs]e|licen[cs]e_?url|changelog|change_?log|changes|release_?notes|issues?|"
    r"issues?_?(?:tracker|url)|bugs?|bug_?tracker|support|support_?url|website|about|help|"
    r"help_?ur[il]|links?|href|title|name|message|text|body|authors?|maintainers?|"
    r"contacts?|contact_links|badge|comment|notes?|see|references?|info|more_?info|funding|"
    r"information_?uri|.*opencontainers.*|.*label-schema.*|source-location|project-slug|"
    r"project_?ur[il]|homepage_?ur[il]|sponsors?|donate|tracker|edit_ur[il]|"
    r"avatar\w*|avatars?_?ur[il]|icon|logo|repo_ur[il]|repo_name|\$?schema|\$id|\$ref|keywords|example|default_message|"
    r"user_?agent|referer|alt|label|caption|question|answer|tooltip|license_file|xmlns|origin_url)$"
)
"""Keys whose values are for people, by their last part."""
NAMED = re.compile(
    r"(?i)repo|git|remote|source|src|upstream|template|ur[il]|clone|plugin|module|from|include|"
    r"fork|extends|charts?\b|ref|location|origin|config|preset|base|package|fetch|download|mirror"
)
"""Keys that a repository may be the value of."""
FETCHING = re.compile(
    r"(?:^|[\s\"'(&|;@`])(?:git|pip3?|pipx|uv|uvx|asdf|mise|helm|kubectl|kustomize|copier|cookiecutter|"
    r"cruft|chezmoi|cargo|gh|flux|argocd|ansible-pull|ansible-galaxy|degit|npx|npm|pnpm|yarn|"
    r"terraform|packer|nix|west|vcs|curl|wget|ADD)\s"
)
SHELL = re.compile(r"(?:ssh://)?(?!git@)[^@/:]+@|ssh://(?!git@)")
GIT = re.compile(r"\bgit\s")
"""Files are copied to such addresses more often than repositories are cloned from them."""
SECTION = re.compile(r"\s*\[+(?P<name>[^\[\]=]+)\]+\s*")
PEOPLES = re.compile(r"(?:^|\.)[\"']?(?:urls|badges?|metadata)[\"']?$")
"""Tables of TOML and INI that describe a package to people."""
GO = re.compile(
    r"\bgo\s+(?:install|run|get)\s+(?:-\S+\s+)*(?P<host>[a-z0-9.-]+\.[a-z]+)/(?P<owner>[\w.-]+)/"
    r"(?P<name>[\w.-]+)(?:/[\w./-]*)?(?:@(?P<ref>[\w.+/-]+))?"
)
GH = re.compile(
    r"\bgh\s(?:[^#|;&]{0,200}\s)?(?:(?:--repo|-R)[\s=]+|repo\s+(?:clone|fork|sync)\s+)"
    r"[\"']?(?P<owner>[A-Za-z0-9][\w-]*)/(?P<name>[\w.-]+)"
)
RENOVATE = re.compile(
    r"renovate:.{0,80}?datasource=(?P<host>github|gitlab)-(?:releases|tags|release-attachments)\b.{0,200}"
)
NAME = re.compile(r"\b(?:packageName|depName|lookupName)=(?P<owner>[\w.-]+)/(?P<name>[\w./-]+)")
OF_HOST = re.compile(
    r"(?i)(?:^|.*[._-])(?:host|hostname|hosts|addr|address|endpoint|server|servers|broker|brokers|"
    r"bootstrap_servers|upstream|target|targets)|.*(?:Host|Hostname|Address|Endpoint|Server)"
)
BARE = frozenset({"host", "hosts", "hostname", "address", "addr", "server_name"})
"""Keys that say as often under which name something answers."""
BOUND = re.compile(
    r"(?i)listen|bind|allowed|trusted|public|ingress|serve(?!r)|virtual|cors|mac|mail|from"
)
"""Keys of hosts that are the program's own, or that may ask it."""


def parse(path: str, content: bytes) -> Manifest:
    """Read the URLs of a script or of configuration; a file that is no text has none."""
    if not HINT.search(content):
        return Manifest()
    text = text_or_none(content, MOST_BYTES)
    if "kind: CustomResourceDefinition" in text or _is_for_people(path):
        return Manifest()
    return manifest_of(_mentions(path, text))


def _mentions(path: str, text: str) -> Iterator[Mention]:
    yield from _renovated(text)
    local = basename(path).startswith(("compose", "docker-compose"))
    python = basename(path) == "pyproject.toml"
    peoples = False
    for line in lines_of(path, text):
        if section := SECTION.fullmatch(line.text):
            peoples = bool(PEOPLES.search(section["name"].strip()))
        if peoples or TOLD.search(line.key) or (python and line.key == "repository"):
            continue
        addresses = list(_addresses(line))
        yield from addresses
        places = {address.name.split("/")[2] for address in addresses}
        yield from (each for each in _hosts(line, local) if each.name not in places)


def _addresses(line: Line) -> Iterator[Mention]:
    if "://" in line.text or "@" in line.text:
        for match in WORD.finditer(line.text):
            url = match[0].rstrip(TRAILING)
            address = git_address(url)
            if address and _is_asked(address, line, url, match.start()):
                yield Mention("address", address.origin, line.number, address.version)
    for match in GO.finditer(line.text):
        address = git_address(f"https://{match['host']}/{match['owner']}/{match['name']}")
        if address and not _is_no_forge(match["host"]):
            ref = match["ref"] or ""
            yield Mention("address", address.origin, line.number, "" if ref == "latest" else ref)
    for match in GH.finditer(line.text):
        yield Mention(
            "address", f"git+https://github.com/{match['owner']}/{match['name']}", line.number
        )


def _is_asked(address: GitAddress, line: Line, url: str, at: int) -> bool:
    """Whether an address is asked for, and not only told."""
    if SHELL.match(url) and not (GIT.search(line.text[:at]) or ".git" in url):
        return False
    if address.shape in (Shape.FILE, Shape.CLONE):
        return True
    if _is_no_forge(address.origin.split("/")[2]):
        return False
    if line.alone == url and NAMED.search(line.key):
        return True
    return address.shape is Shape.PLAIN and bool(FETCHING.search(line.text[:at]))


def _is_no_forge(host: str) -> bool:
    """Whether a host that everybody knows serves something else than repositories."""
    return host not in FORGES and is_nobodys(host.partition(":")[0])


def _hosts(line: Line, local: bool) -> Iterator[Mention]:
    names: list[str] = []
    if "://" in line.text:
        names = list(hosts_in(line.text))
    elif (
        line.key.lower() not in BARE and OF_HOST.fullmatch(line.key) and not BOUND.search(line.key)
    ):
        names = [asked(each.strip(" \"'[]")) for each in line.value.split(",")]
    for name in names:
        if name and ("." in name.partition(":")[0] or not local):
            yield Mention("host", name, line.number)


def _renovated(text: str) -> Iterator[Mention]:
    """What comments for Renovate say that the version below is one of."""
    if "renovate:" not in text:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if (match := RENOVATE.search(line[:2_000])) and (name := NAME.search(match[0])):
            address = git_address(f"https://{match['host']}.com/{name['owner']}/{name['name']}.git")
            if address:
                yield Mention("address", address.origin, number)


PEOPLES_FILES = frozenset(
    {
        *("mkdocs.yml", "mkdocs.yaml", "_config.yml", "FUNDING.yml", "Chart.yaml", "galaxy.yml"),
        *("Cargo.toml", "pubspec.yaml", "antora.yml", "CITATION.cff", "book.toml", "hugo.toml"),
        *("artifacthub-repo.yml", "artifacthub-repo.yaml", ".pre-commit-config.yaml"),
    }
)
"""Names of files whose URLs are for people, or all told by the format that has the name."""


def _is_for_people(path: str) -> bool:
    folder, name = split(path)
    return (
        name in PEOPLES_FILES
        or folder.endswith("ISSUE_TEMPLATE")
        or name.endswith((".md.j2", ".html.j2", ".rst.j2", ".txt.j2"))
    )


FORMAT = Format(
    names=(
        *(
            "*.sh",
            "*.bash",
            "*.ps1",
            "*.bat",
            "*.cmd",
            "Makefile",
            "makefile",
            "GNUmakefile",
            "*.mk",
        ),
        *(
            "justfile",
            "Justfile",
            ".justfile",
            "*.just",
            "Jenkinsfile",
            "Jenkinsfile.*",
            "*.groovy",
        ),
        *("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "dockerfile"),
        *("Containerfile", "Containerfile.*", "Vagrantfile", "*.gradle", "*.gradle.kts"),
        *("*.yaml", "*.yml", "*.toml", "*.ini", "*.conf", "*.properties", "*.env", ".env"),
        *(".env.*", "*.env.*", "*.hcl", "*.tf", "*.tfvars", "*.service", "*.j2", "*.bzl"),
        *("WORKSPACE", "WORKSPACE.bazel", "MODULE.bazel", "CMakeLists.txt", "*.cmake", "*.wrap"),
        *("appsettings.json", "appsettings.*.json", "devcontainer.json", "config.json"),
        *("settings.json", "*.tfvars.json", ".travis.yml"),
    ),
    kind="references",
    parse=parse,
    beside=True,
)
