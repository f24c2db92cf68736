"""Files that are made to take long, or much memory, or to be led astray: refused, and soon."""

import time

import pytest
from tests.observe.manifests.samples import read

from opsroom.observe.manifests import NotUnderstood

DEEP_YAML = b"[" * 5000
ALIASES = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (new, new, b",".join([b"*%c" % old] * 9))
    for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
)
LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<project><artifactId>&lol1;</artifactId></project>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]><project>&file;</project>"""

REFUSED = {
    "deep yaml": ("github-actions", DEEP_YAML, "nesting"),
    "yaml bomb": ("compose", ALIASES, "more than 1,000,000 nodes"),
    "deep json": ("composer-lock", b'{"packages": ' + b"[" * 200_000, "nested too deeply"),
    "deep toml": ("cargo-lock", b"a = " + b"[" * 20_000, "nested too deeply"),
    "dotted toml": ("cargo-toml", b"a" + b".a" * 100_000 + b" = 1", "dots in line 1"),
    "xml entities": ("pom-xml", LAUGHS, "document type"),
    "xml from a file": ("dotnet-project", OUTSIDE, "document type"),
    "deep xml": ("pom-xml", b"<a>" * 100_000, "nested more than 60 deep"),
    "much xml": ("pom-xml", b"<a>" + b"<b/>" * 120_000, "more than 100,000 elements"),
    "deep hcl": ("terraform", b'module "a" {\n' * 5000, "nested more than 60 deep"),
    "deep expression": ("terraform", b"module = " + b"[" * 100_000, "nested more than 60 deep"),
    "deep text": ("terraform", b"module = " + b'"${' * 100_000, "nested more than 60 deep"),
    "open heredoc": ("terraform", b"module = <<EOF\n" + b"x\n" * 100_000, "heredoc without end"),
    "open comment": ("terraform", b"/* module " * 200_000, "comment without end"),
    "open text": ("terraform", b'module = "' + b"x" * 1_000_000, "text without end"),
    "much of anything": ("go-mod", b"x" * (17 << 20), "more than the 16,777,216"),
    "unknown cargo": ("cargo-lock", b"version = 5\n", "version 5 of Cargo.lock is not known"),
    "unknown nuget": ("packages-lock-json", b'{"version": 9}', "version 9 of packages.lock"),
    "cut off go.mod": ("go-mod", b"module a.b/c\nrequire (\n\ta.b/d v1.0.0\n", "cut off"),
    "cut off gradle": ("gradle-lockfile", b"a:b:1=c\n", "cut off"),
    "cut off bundle": ("gemfile-lock", b"GEM\n  specs:\n    a (1)\n", "cut off"),
    "cut off cargo": (
        "cargo-lock",
        b'version = 3\n[[package]]\nname = "a"\nversion = "1"\ndependencies = ["b"]\n',
        "depends on one that isn't there",
    ),
    "cut off Dockerfile": ("dockerfile", b"FROM a\nRUN x \\\n", "cut off"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str) -> None:
    name, content, says = REFUSED[what]
    began = time.perf_counter()
    with pytest.raises(NotUnderstood, match=says):
        read(name, content)
    assert time.perf_counter() - began < 5


LONG = {
    "a name": ("composer-json", b'{"require": {"%s/b": "*"}}' % (b"x" * 1_000_000)),
    "an image": (
        "kubernetes",
        b"apiVersion: v1\nkind: Pod\nspec: {image: '%s:1'}" % (b"a" * 10**6),
    ),
    "parts of an image": ("compose", b"services: {a: {image: '%s'}}" % (b"a." * 500_000)),
    "a line of a template": (
        "kubernetes",
        b"apiVersion: v1\nkind: Pod\n{{ x }}\n image: x" + b" " * 500_000 + b"y\n",
    ),
    "a use": ("github-actions", b"jobs: {a: {uses: '%s'}} # uses:" % (b"a/" * 500_000)),
    "uses in a comment": (
        "github-actions",
        b"jobs: {a: {uses: a/b@c}} # " + b"uses:a" * 200_000,
    ),
    "a module": ("terraform", b'module "a" { source = "%s" }' % (b"a/" * 500_000)),
    "a provider": ("terraform", b'provider "%s" { version = "1" }' % (b"a-" * 500_000)),
    "arguments": ("dockerfile", b"ARG A=x\nARG " + b"A=$A$A$A " * 50_000 + b"\nFROM ${A}\n"),
    "words of a Gemfile": ("gemfile", b"gem 'a', " + b"a" * 500_000 + b"\n"),
    "properties": (
        "pom-xml",
        b"<project><artifactId>${a}</artifactId><properties>"
        + b"".join(b"<%c>%s</%c>" % (c, b"${%c}" % (c + 1) * 200, c) for c in b"abcdefgh")
        + b"</properties></project>",
    ),
    "a comment of a Dockerfile": ("dockerfile", b"# a = " + b"x " * 500_000 + b"\nFROM a\n"),
    "a git URL": ("gitmodules", b'[submodule "a"]\nurl = ' + b"a:" * 500_000 + b"\n"),
    "a repository": ("pre-commit", b"repos: [{repo: '%s', rev: 1}]" % (b"../" * 300_000)),
    "tags of a bake": ("docker-bake", b"tags = [\n" * 100_000),
    "variables of a bake": ("docker-bake", b'variable "x" {\n' * 60_000),
    "words of a command": ("build-scripts", b"docker build -t a/b:c . ; " * 40_000),
    "values of values": (
        "build-scripts",
        b"A=" + b"x" * 1_000 + b"\n" + b"A=$A$A\nB=$A$A$A\ndocker push $B/x\n" * 20_000,
    ),
    "lines that go on": ("build-scripts", b"docker push \\\n" * 70_000),
    "rows of a matrix": (
        "github-actions",
        b"jobs: {a: {strategy: {matrix: {%s}}, steps: [%s]}}"
        % (
            b", ".join(b"k%d: [1, 2, 3, 4, 5, 6, 7, 8, 9]" % n for n in range(40)),
            b", ".join([b"{run: docker push a/b-${{ matrix.k1 }}}"] * 300),
        ),
    ),
    "a gem": ("gemfile-lock", b"GEM\n  specs:\n    " + b"a " * 500_000 + b"\n"),
}


@pytest.mark.parametrize("what", LONG)
def test_what_is_long_takes_no_longer_than_its_length(what: str) -> None:
    name, content = LONG[what]
    began = time.perf_counter()
    try:
        manifest = read(name, content)
    except NotUnderstood:
        manifest = None
    assert time.perf_counter() - began < 5
    assert manifest is None or all(len(each.purl) < 2000 for each in manifest.packages)
