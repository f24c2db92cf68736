"""Pairs of versions and how they compare, by the answer of each ecosystem's own tool.

The pairs were chosen here; the answers are those of the tool that `TOOLS` names, run on each pair.
NuGet and Pub have none here that could be run: their pairs are examples of their published rules.
"""

TOOLS = {
    "cargo": "crate semver 1.0.14 (MIT or Apache-2.0)",
    "composer": "composer/semver 3.3.2 (MIT) on PHP 8.2.36",
    "gem": "RubyGems 3.3.15 (MIT or Ruby)",
    "golang": "golang.org/x/mod/semver of Go 1.19.8 (BSD-3-Clause)",
    "hex": "Version of Elixir 1.14.0 (Apache-2.0)",
    "maven": "ComparableVersion of Maven 3.9.6 (Apache-2.0)",
    "npm": "semver of npm's own installation (ISC)",
    "nuget": "learn.microsoft.com/nuget/concepts/package-versioning, read 2026-11",
    "pub": "pub_semver, documentation of Version, read 2026-11",
    "pypi": "packaging 26.3 (Apache-2.0 or BSD-2-Clause)",
}

SEMANTIC = """
1.0.0-alpha < 1.0.0-alpha.1
1.0.0-alpha.1 < 1.0.0-alpha.beta
1.0.0-beta.2 < 1.0.0-beta.11
1.0.0-rc.1 < 1.0.0
1.0.0-2 < 1.0.0-10
1.0.0-10 < 1.0.0-2a
1.0.0-A < 1.0.0-a
1.0.0-a < 1.0.0-a-b
1.9.0 < 1.10.0
0.0.0-0 < 0.0.0
99999999.0.0 > 9999999.99.99
"""

PAIRS = {
    "npm": SEMANTIC + "1.0.0 = 1.0.0+build\nv1.2.3 = 1.2.3\n",
    "hex": SEMANTIC + "1.0.0 = 1.0.0+build\n",
    "cargo": SEMANTIC
    + """
1.0.0 < 1.0.0+0
1.0.0+0 < 1.0.0+00
1.0.0+00 < 1.0.0+1
1.0.0+9 < 1.0.0+10
1.0.0+10 < 1.0.0+a
1.0.0+a < 1.0.0+a.0
1.0.0-rc.1+9 < 1.0.0
""",
    "golang": """
v1.0.0-alpha < v1.0.0-alpha.1
v1.9.0 < v1.10.0
v2.0.0+incompatible = v2.0.0
v1 = v1.0.0
v1.2 < v1.2.1
v0.0.0-20190101000000-aaaaaaaaaaaa < v0.0.0-20200101000000-000000000000
v1.2.4-0.20200101000000-000000000000 > v1.2.3
v1.2.4-0.20200101000000-000000000000 < v1.2.4
v1.2.3-pre.0.20200101000000-000000000000 > v1.2.3-pre
v1.2.3-pre.0.20200101000000-000000000000 < v1.2.3-pre.1
""",
    "maven": """
1 = 1.0.0
1 = 1-ga
1.final = 1
1-alpha < 1-beta
1-a1 = 1-alpha-1
1-m2 = 1-milestone-2
1-cr1 = 1-rc1
1-rc < 1-snapshot
1-snapshot < 1
1 < 1-sp
1-sp < 1-abc
1-abc < 1-xyz
1-xyz < 1-1
1-1 < 1.1
1.0.RC2 < 1.0-RC3
1.0.0.X1 < 1.0.0-X2
2.0.1-xyz < 2.0.1-123
1-0.alpha < 1
1.01 = 1.1
3.2.0rc2 < 3.2.0-rc.1
1.0-SNAPSHOT > 1.0-beta-1
0-ga = 0
1.0.0.RELEASE = 1.0.0
""",
    "gem": """
1.0 = 1
1.0.0.a < 1.0.0
1.0.a = 1.a
1.a.0 = 1.a
1.0.b1 > 1.0.a.2
1.0.a10 > 1.0.a9
1.0.0-1 < 1.0.0
1.2.3.4 > 1.2.3
1.9 < 1.10
1.0.rc1 < 1.0
0.beta.1 < 0
""",
    "composer": """
1.0 = 1.0.0.0
v1.0 = 1
1.0.0.1 > 1.0.0
1.0.0-dev < 1.0.0-alpha1
1.0.0-alpha1 < 1.0.0-beta1
1.0.0-beta1 < 1.0.0-RC1
1.0.0-b2 = 1.0.0beta2
1.0.0-RC2 < 1.0.0-RC10
1.0.0-RC1 < 1.0.0
1.0.0 < 1.0.0-pl1
1.0.0-p1 = 1.0.0-patch1
1.0.0-stable = 1.0.0
1.0.0+build = 1.0.0
1.0.0@beta = 1.0.0
2.1.x-dev > 2.1.7
2.1.x-dev < 2.2.0-dev
20240102 > 20240101
2024.01.02 > 2024.01.01
dev-main < 0.0.1
1.0.0-beta.2.1 = 1.0.0-b2.1
1.0.0-alpha.2-dev < 1.0.0-alpha.2
""",
    "nuget": """
1 = 1.0.0.0
1.0.0 < 1.0.0.1
1.01.1 = 1.1.1
1.0.0-BETA = 1.0.0-beta
1.0.0+a = 1.0.0+b
1.0.0-rc.2 < 1.0.0-rc.10
1.0.0-rc < 1.0.0
1.0.0-alpha2 > 1.0.0-alpha10
""",
    "pub": """
1.0.0 < 1.0.0+1
1.0.0+1 < 1.0.0+2
1.0.0+9 < 1.0.0+a
1.0.0-pre < 1.0.0-pre+build
1.0.0-pre+build < 1.0.0
1.0.0+2 < 1.0.0+2.1
""",
    "pypi": """
1.0 = 1.0.0
1.0.dev1 < 1.0a1
1.0a1 < 1.0b1
1.0b1 < 1.0rc1
1.0rc1 < 1.0
1.0 < 1.0.post1
1.0-1 = 1.0.post1
1!0.1 > 2024.1
1.0+local > 1.0
1.0+2 > 1.0+a
1.0c1 = 1.0rc1
v1.0 = 1.0
""",
}

REFUSED = {
    "npm": "latest|1.2.3.4|1.2.x||file:../lib",
    "hex": "1.2.3.4|main",
    "cargo": "1.2.3.4|main",
    "golang": "master|1.2.3.4|(devel)",
    "maven": "",
    "gem": "1beta|abc|1..2",
    "composer": "1.2.3.4.5|0.0.1-test1|3.0.0b1.post1|abc",
    "nuget": "1.2.3.4.5|*|1.*",
    "pub": "any|1.2.3.4",
    "pypi": "0.1-bulbasaur|2.0.1rc2-git|1.0.x|*",
    "githubactions": "main|8f4b7f84864484a7bf31766abe9204da3cbe65b3|releases/v1",
}
"""What is no version there, so that it can't be told whether an advisory holds."""


def pairs(kind: str) -> list[tuple[str, str, str]]:
    """The pairs of a type of purl: one version, `<`, `=` or `>`, and the other."""
    lines = (line.split() for line in PAIRS[kind].splitlines() if line)
    return [(left, sign, right) for left, sign, right in lines]
