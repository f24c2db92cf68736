"""Names of the network: what a host may be called, and which names say nothing about a fleet.

A name that everybody uses (a registry, a forge, a place to fill in) is left out: no repository of a
fleet serves it, or two that serve it have nothing to do with each other.
"""

import re
from collections.abc import Iterator

from opsroom.observe.reading.origins import PUBLIC_HOSTS

LONGEST = 253
NAME = re.compile(
    r"(?P<name>(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)\.?"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
"""A name and a port. The last label begins with a letter, so that addresses in numbers are none."""
FILES = frozenset(
    {
        *("cfg", "conf", "crt", "css", "csv", "db", "go", "gz", "html", "ini", "jar", "java", "js"),
        *("json", "key", "lock", "log", "md", "pem", "php", "pid", "png", "py", "rb", "sh"),
        *("sock", "sql", "svg", "tf", "toml", "ts", "txt", "xml", "yaml", "yml", "zip"),
    }
)
"""Last labels that are endings of files, or more often so than names of the network."""
NOBODYS = frozenset(
    {
        *("localhost", "localdomain", "example", "test", "invalid", "example.com", "example.net"),
        *("example.org", "in-addr.arpa", "ip6.arpa", "domain.com", "domain.tld", "yourdomain.com"),
        *(
            "mydomain.com",
            "your-domain.com",
            "foo.com",
            "bar.com",
            "foo.bar",
            "host.docker.internal",
        ),
        *("metadata.google.internal", "kubernetes.default", "kubernetes.default.svc", "acme.com"),
        *("company.com", "chart-example.local", "my-domain.com", "gateway.docker.internal"),
    }
)
"""Names, and all names below them, that are set aside for examples or for a machine itself."""
PUBLIC = frozenset(
    {
        *("github.com", "githubusercontent.com", "github.io", "githubassets.com", "ghcr.io"),
        *("gitlab.com", "gitlab.io", "bitbucket.org", "codeberg.org", "git.io", "git.k8s.io"),
        *("docker.io", "docker.com", "quay.io", "gcr.io", "k8s.io", "kubernetes.io", "pkg.dev"),
        *(
            "mcr.microsoft.com",
            "public.ecr.aws",
            "amazonaws.com",
            "npmjs.org",
            "npmjs.com",
            "yarnpkg.com",
            "npmmirror.com",
            "icann.org",
        ),
        *("pypi.org", "python.org", "readthedocs.io"),
        *("readthedocs.org", "rubygems.org", "crates.io", "rust-lang.org", "rustup.rs", "docs.rs"),
        *("golang.org", "go.dev", "maven.org", "apache.org", "gradle.org", "nuget.org"),
        *("packagist.org", "getcomposer.org", "nodejs.org", "nodesource.com", "terraform.io"),
        *("hashicorp.com", "releases.hashicorp.com", "debian.org", "ubuntu.com", "launchpad.net"),
        *("alpinelinux.org", "fedoraproject.org", "centos.org", "archlinux.org", "opensuse.org"),
        *("nixos.org", "google.com", "googleapis.com", "gstatic.com", "golang.org", "goo.gl"),
        *("microsoft.com", "windows.net", "azure.com", "azureedge.net", "visualstudio.com"),
        *("w3.org", "ietf.org", "wikipedia.org", "mozilla.org", "schema.org", "json-schema.org"),
        *("schemastore.org", "shields.io", "badge.fury.io", "codecov.io", "coveralls.io"),
        *("twitter.com", "x.com", "facebook.com", "youtube.com", "linkedin.com", "discord.gg"),
        *("discord.com", "slack.com", "t.me", "telegram.org", "medium.com", "stackoverflow.com"),
        *("creativecommons.org", "opensource.org", "gnu.org", "sourceforge.net", "jsdelivr.net"),
        *("unpkg.com", "cloudflare.com", "bit.ly", "helm.sh", "gravatar.com", "postgresql.org"),
        *("mysql.com", "mongodb.org", "mongodb.com", "elastic.co", "grafana.com", "prometheus.io"),
        *("nginx.org", "letsencrypt.org", "letsencrypt.com", "pool.ntp.org", "opencollective.com"),
        *("semver.org", "keepachangelog.com", "conventionalcommits.org", "editorconfig.org"),
        *(
            "php.net",
            "symfony.com",
            "laravel.com",
            "djangoproject.com",
            "spdx.org",
            "jetbrains.com",
        ),
        *("pre-commit.com", "pre-commit.ci", "renovatebot.com", "sentry.io", "gitter.im"),
        *("sonatype.org", "jitpack.io", "spring.io", "oracle.com", "openjdk.org"),
        *(
            "gmail.com",
            "outlook.com",
            "office365.com",
            "mailgun.org",
            "sendgrid.net",
            "tidelift.com",
        ),
        *("fastmail.com", "astral.sh", "deno.land", "bun.sh", "jenkins.io", "circleci.com"),
        *("travis-ci.org", "travis-ci.com", "appveyor.com", "netlify.com", "vercel.com"),
        *("wordpress.org", "archive.org", "reddit.com", "amazon.com", "apple.com", "ruby-lang.org"),
        *("postgresqltutorial.com", "kernel.org", "freedesktop.org", "unicode.org", "iso.org"),
        *(
            "pnpm.io",
            "webpack.js.org",
            "eslint.org",
            "typescriptlang.org",
            "babeljs.io",
            "vuejs.org",
        ),
    }
)
"""Names, and all names below them, that the whole world uses."""
CLUSTER = ".svc.cluster.local"
URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]{1,20})://(?:[^\s/@\"'<>`]{0,200}@)?"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{0,252}(?::[0-9]{1,5})?)(?![A-Za-z0-9._${%@<-])"
)
SCHEMES = frozenset(
    {
        *("http", "https", "ws", "wss", "grpc", "grpcs", "tcp", "udp", "tls", "h2c"),
        *("redis", "rediss", "postgres", "postgresql", "postgresql+psycopg", "mysql", "mariadb"),
        *("mongodb", "amqp", "amqps", "mqtt", "mqtts", "nats", "kafka", "ldap", "ldaps", "smtp"),
        *("smtps", "imap", "imaps", "clickhouse", "influxdb", "elasticsearch", "memcached", "sftp"),
        *("ftp", "ftps", "rtsp", "nfs", "smb", "sqlserver", "cockroachdb", "postgresql+asyncpg"),
        *("postgresql+psycopg2", "mysql+pymysql", "syslog", "otlp", "vault", "consul", "etcd"),
    }
)


def asked(written: str) -> str:
    """The `name` or `name:port` that something asks for; empty: it says nothing about a fleet.

    A name without a dot is one of its own network, and told with a port only.
    """
    match = NAME.fullmatch(written.lower()) if len(written) <= LONGEST + 6 else None
    if not match or len(match["name"]) > LONGEST or is_nobodys(match["name"]):
        return ""
    name, port = match["name"], match["port"]
    if name.endswith(CLUSTER):
        name = name.removesuffix(".cluster.local")
    if "." not in name and not port:
        return ""
    if name.startswith("docs.") or (not port and name.rpartition(".")[2] in FILES):
        return ""
    return f"{name}:{port}" if port else name


def served(written: str) -> str:
    """The name under which something answers, `*.` at its head kept; empty: it is none."""
    written = written.strip().lower().removesuffix(".")
    star = "*." if written.startswith("*.") else ""
    match = NAME.fullmatch(written.removeprefix("*."))
    if not match or len(match["name"]) > LONGEST or "." not in match["name"]:
        return ""
    name = match["name"]
    return "" if _is_set_aside(name) or name.rpartition(".")[2] in FILES else f"{star}{name}"


def hosts_in(text: str) -> Iterator[str]:
    """The hosts of URLs in a text that are asked for."""
    for match in URL.finditer(text):
        if match["scheme"] in SCHEMES and (name := asked(match["host"])):
            yield name


def is_nobodys(name: str) -> bool:
    """Whether a name, or one above it, is set aside or known to the whole world."""
    return any(each in PUBLIC or each in PUBLIC_HOSTS for each in _above(name)) or _is_set_aside(
        name
    )


def _is_set_aside(name: str) -> bool:
    return any(each in NOBODYS for each in _above(name))


def _above(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]
