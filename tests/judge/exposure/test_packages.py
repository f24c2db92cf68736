from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsroom.judge.exposure.advisories import Advisories
from opsroom.judge.exposure.packages import Exposed, exposed
from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.model.package import Package
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity

NOWHERE: set[tuple[str, str]] = set()


def flaw(id: str = "CVE-1", fixed: str | None = "2.0.0", **more: Any) -> Advisory:  # noqa: A002 - as its field is called
    affected = Affected(
        purl="pkg:npm/web", ecosystem="npm", intervals=(Interval(introduced="0", fixed=fixed),)
    )
    told = {"id": id, "severity": Severity.HIGH, "summary": "a bad flaw", "affected": (affected,)}
    return Advisory.model_validate({**told, **more})


def web(version: str = "1.0.0", **more: Any) -> Package:
    return Package("pkg:npm/web", version, **more)


def ask(
    *uses: tuple[str, Package],
    declaring: set[tuple[str, str]] | None = None,
    advisories: tuple[Advisory, ...] = (flaw(),),
) -> Exposed:
    return exposed(uses, declaring or set(), Advisories(advisories))


def only(found: Exposed) -> Hit:
    (hit,) = found.hits
    return hit


def test_one_flaw_of_one_package_is_one_hit_wherever_it_is() -> None:
    found = ask(
        ("b/package-lock.json", web("1.1.0", line=9)),
        ("package-lock.json", web(line=3)),
        ("a/package-lock.json", web()),
        ("c/d/package-lock.json", web("1.2.0")),
        ("package-lock.json", Package("pkg:npm/other", "1.0.0")),
    )
    hit = only(found)
    assert (hit.path, hit.line, hit.anchor) == ("package-lock.json", 3, "CVE-1 pkg:npm/web")
    assert hit.advisory is not None
    assert (hit.advisory.version, hit.advisory.fixed) == ("1.0.0", "2.0.0")
    assert hit.message == (
        "npm/web 1.0.0, 1.1.0, 1.2.0 is vulnerable: CVE-1 (a bad flaw); in package-lock.json,"
        " a/package-lock.json, b/package-lock.json and 1 more; fixed in 2.0.0"
    )
    assert hit.remediation == "Raise npm/web to 2.0.0 or later."
    assert [each.id for each in found.advisories] == ["CVE-1"]


def test_what_is_exploited_or_likely_says_so() -> None:
    bad = flaw(exploited=date(2022, 1, 5), likely=0.93123)
    hit = only(ask(("a", web()), advisories=(bad,)))
    assert "exploited since 2022-01-05; likely to be exploited (93%)" in hit.message
    assert hit.advisory is not None
    assert hit.advisory.likely == 0.931


@pytest.mark.parametrize(
    ("packages", "declaring", "direct"),
    [
        ([("a/lock", web(direct=True))], NOWHERE, True),
        ([("a/lock", web(direct=False))], NOWHERE, False),
        ([("a/lock", web())], NOWHERE, None),
        ([("a/lock", web()), ("a/package.json", web("", direct=True))], {("a", "npm")}, True),
        ([("a/lock", web())], {("a", "npm")}, False),
        ([("a/lock", web())], {("a", "pypi"), ("b", "npm")}, None),
        ([("a/lock", web()), ("b/lock", web(direct=True))], NOWHERE, True),
        ([("a/lock", web(direct=False)), ("b/lock", web())], NOWHERE, None),
    ],
)
def test_direct_is_told_by_the_lock_or_by_what_stands_beside_it(
    packages: list[tuple[str, Package]], declaring: set[tuple[str, str]], direct: bool | None
) -> None:
    flaw_ = only(ask(*packages, declaring=declaring)).advisory
    assert flaw_ is not None
    assert flaw_.direct is direct


def test_only_what_is_everywhere_for_development_is_development_only() -> None:
    both = only(ask(("a", web(dev=True)), ("b", web()))).advisory
    dev = only(ask(("a", web(dev=True)), ("b", web(dev=True))))
    assert both is not None
    assert dev.advisory is not None
    assert (both.dev, dev.advisory.dev) == (False, True)
    assert "development only" in dev.message


def test_a_range_is_told_by_the_lock_above_it() -> None:
    locked, ranged = web("3.0.0"), web("", constraint="^1")
    assert ask(("package-lock.json", locked), ("ui/package.json", ranged)) == Exposed()
    alone = ask(("ui/package-lock.json", locked), ("package.json", ranged))
    assert alone.hits == ()
    assert alone.unknown == {"pkg:npm/web"}
    ((reason, count, example),) = alone.reasons
    assert ("no lockfile tells" in reason, count, example) == (True, 1, "npm/web")


def test_what_comes_from_elsewhere_is_unknown() -> None:
    found = ask(("a", web(origin="git+https://example.org/web")))
    assert found.hits == ()
    assert found.unknown == {"pkg:npm/web"}


def test_malware_is_critical_and_no_version_mends_it() -> None:
    hit = only(ask(("a", web()), advisories=(flaw("MAL-1", None, malicious=True, severity=None),)))
    assert (hit.rule, hit.severity) == ("malicious-dependency", Severity.CRITICAL)
    assert "is malware" in hit.message
    assert hit.remediation.startswith("Remove npm/web")


def test_a_flaw_that_nobody_rated_is_of_middling_severity() -> None:
    assert only(ask(("a", web()), advisories=(flaw(severity=None),))).severity is Severity.MEDIUM


def test_what_is_not_mended_yet_says_so() -> None:
    hit = only(ask(("a", web()), advisories=(flaw(fixed=None),)))
    assert "not fixed yet" in hit.message
    assert "No version of npm/web mends it yet" in hit.remediation


USES = st.lists(
    st.tuples(
        st.sampled_from(["a/lock", "b/lock", "package.json", "a/package.json"]),
        st.builds(web, st.sampled_from(["", "1.0.0", "1.5.0", "2.0.0"]), direct=st.booleans()),
    ),
    max_size=8,
)


@given(USES, st.randoms(use_true_random=False))
def test_the_order_of_manifests_does_not_matter(
    uses: list[tuple[str, Package]], chance: Any
) -> None:
    mixed = list(uses)
    chance.shuffle(mixed)
    one, other = ask(*uses), ask(*mixed)
    assert one.hits == other.hits
    assert one.unknown == other.unknown
    held = any(package.version in ("1.0.0", "1.5.0") for _, package in uses)
    assert bool(one.hits) == held
