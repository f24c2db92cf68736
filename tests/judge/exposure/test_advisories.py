"""Whether an advisory holds: three values, each with what it hangs on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsroom.judge.exposure.advisories import Advisories, match, pinned, verdict
from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.model.check import Verdict

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
PYPI = "pkg:pypi/sample"


def reach(text: str) -> Interval:
    """`1.0|2.0`: from 1.0 up to 2.0, without it; `1.0=2.0`: with it; `1.0|`: without end."""
    sign = "=" if "=" in text else "|"
    introduced, _, end = text.partition(sign)
    ends = {"last_affected": end} if sign == "=" else {"fixed": end or None}
    return Interval(introduced=introduced, **ends)


def entry(*intervals: str, purl: str = PYPI, versions: tuple[str, ...] = ()) -> Affected:
    return Affected(
        purl=purl, ecosystem="x", intervals=tuple(map(reach, intervals)), versions=versions
    )


def flaw(*affected: Affected, name: str = "CVE-2024-1") -> Advisory:
    return Advisory(id=name, affected=affected)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.9", NO),
        ("1.0", YES),
        ("1.4.9", YES),
        ("1.5rc1", YES),
        ("1.5", NO),
        ("1.9", NO),
        ("2.0", YES),
        ("2.3", YES),
        ("2.3.1", NO),
        ("2.3+local", YES),
        ("3.0", YES),
        ("3.0.0", YES),
        ("3.1", NO),
        ("not-a-version", UNKNOWN),
    ],
)
def test_a_version_lies_in_an_interval_or_is_named(version: str, expected: Verdict) -> None:
    affected = entry("1.0|1.5", "2.0=2.3", versions=("3.0",))
    assert verdict(version, affected).verdict is expected


def test_what_is_no_version_may_still_be_named() -> None:
    affected = entry("1.0|1.5", versions=("0.1-bulbasaur",))
    assert verdict("0.1-bulbasaur", affected).verdict is YES
    answer = verdict("0.2-charmander", affected)
    assert answer.verdict is UNKNOWN
    assert answer.reason == "0.2-charmander is no version that pypi orders"


def test_a_list_of_versions_alone_is_all_there_is() -> None:
    assert verdict("0.2-charmander", entry(versions=("1.0",))).verdict is NO
    assert verdict("1.0.0", entry(versions=("1.0",))).verdict is YES


def test_every_version_is_affected_whatever_it_is_called() -> None:
    for version in ("1.0", "main", "sha256:0"):
        assert verdict(version, entry("0|")).verdict is YES


def test_an_end_that_is_no_version_leaves_open_what_it_would_tell() -> None:
    affected = entry("1.0|someday", "4.0|5.0")
    assert verdict("0.9", affected).verdict is NO
    assert verdict("4.5", affected).verdict is YES
    answer = verdict("1.2", affected)
    assert answer.verdict is UNKNOWN
    assert "someday" in answer.reason


def test_what_an_advisory_does_not_tell_is_unknown() -> None:
    commits = Affected(purl=PYPI, ecosystem="PyPI", commits=True)
    assert "commits" in verdict("1.0", commits).reason
    assert verdict("1.0", entry()).verdict is UNKNOWN
    assert verdict("1.0", entry("1.0|2.0", purl="pkg:cobol/x")).verdict is UNKNOWN


def test_entries_of_one_package_are_one() -> None:
    advisory = flaw(
        Affected(purl=PYPI, ecosystem="PyPI", commits=True),
        entry("1.0|1.5"),
        entry("0.5|1.2"),
        entry("1.0|9.0", purl="pkg:npm/sample"),
    )
    (found,) = match(PYPI, "1.1", [advisory]).matches
    assert found.advisory is advisory
    assert match(PYPI, "2.0", [advisory]) == match(PYPI, "2.0", [])


def test_fixed_is_the_lowest_version_above_that_is_not_affected_itself() -> None:
    advisory = flaw(entry("0|1.5", "2.0|2.3"), entry("0|1.6"))
    fixes = {
        version: [found.fixed for found in match(PYPI, version, [advisory]).matches]
        for version in ("1.0", "1.5", "2.1", "3.0")
    }
    assert fixes == {"1.0": ["1.6"], "1.5": ["1.6"], "2.1": ["2.3"], "3.0": []}
    assert match(PYPI, "2.0", [flaw(entry("1.0=2.0"))]).matches[0].fixed is None


def test_a_purl_is_found_however_it_is_spelled() -> None:
    advisories = Advisories(
        [
            flaw(entry("0|2.0", purl="pkg:pypi/Some_Package")),
            flaw(entry("0|2.0", purl="pkg:githubactions/Some/action")),
        ]
    )
    assert advisories.of("pkg:pypi/some-package", "1.0").matches
    assert advisories.of("pkg:github/some/action", "v1.0.0").matches


@pytest.mark.parametrize(
    "origin", ["git+https://example.org/x", "path:../x", "workspace:x", "url:https://example.org"]
)
def test_a_package_from_elsewhere_is_not_that_of_the_registry(origin: str) -> None:
    found = Advisories([flaw(entry("0|"))]).of(PYPI, "1.0", "", origin)
    assert not found.matches
    ((name, reason),) = found.unknown
    assert name == "CVE-2024-1"
    assert origin in reason


def test_a_package_of_a_mirror_is_that_of_the_registry() -> None:
    mirror = "registry:https://packages.example.org/"
    assert Advisories([flaw(entry("0|2.0"))]).of(PYPI, "1.0", "", mirror).matches


@pytest.mark.parametrize(
    ("purl", "constraint", "version"),
    [
        (PYPI, "==1.2", "1.2"),
        (PYPI, "===1.2", "1.2"),
        (PYPI, "==1.2.*", ""),
        (PYPI, "==1.2,!=1.3", ""),
        (PYPI, ">=1.2", ""),
        ("pkg:npm/x", "1.2.3", "1.2.3"),
        ("pkg:npm/x", "=1.2.3", "1.2.3"),
        ("pkg:npm/x", "^1.2.3", ""),
        ("pkg:npm/x", "1.2", ""),
        ("pkg:npm/x", "1.2.3 || 2.0.0", ""),
        ("pkg:npm/x", "1.2.3 - 2.0.0", ""),
        ("pkg:cargo/x", "=1.2.3", "1.2.3"),
        ("pkg:cargo/x", "1.2.3", ""),
        ("pkg:gem/x", "= 1.2", "1.2"),
        ("pkg:gem/x", "~> 1.2", ""),
        ("pkg:composer/x/y", "1.2.3", "1.2.3"),
        ("pkg:composer/x/y", "1.2.*", ""),
        ("pkg:composer/x/y", "1.2|1.3", ""),
        ("pkg:nuget/x", "[1.2.3]", "1.2.3"),
        ("pkg:nuget/x", "[1.2.3,2.0)", ""),
        ("pkg:nuget/x", "1.2.3", ""),
        ("pkg:maven/x/y", "[1.2.3]", "1.2.3"),
        ("pkg:maven/x/y", "[1.2,1.3]", ""),
        ("pkg:pub/x", "1.2.3", "1.2.3"),
        ("pkg:pub/x", "^1.2.3", ""),
        ("pkg:terraform/x/y", "= 1.2.3", "1.2.3"),
        ("pkg:terraform/x/y", "~> 1.2.3", ""),
        ("pkg:docker/x", "1.2.3", ""),
    ],
)
def test_a_constraint_pins_only_when_it_allows_one_version(
    purl: str, constraint: str, version: str
) -> None:
    assert pinned(purl, constraint) == version


def test_a_range_without_a_lockfile_is_unknown_unless_every_version_is_affected() -> None:
    advisories = Advisories([flaw(entry("0|2.0")), flaw(entry("0|"), name="MAL-2024-1")])
    found = advisories.of(PYPI, "", ">=1.0")
    assert [each.advisory.id for each in found.matches] == ["MAL-2024-1"]
    assert found.unknown == (
        ("CVE-2024-1", ">=1.0 is asked for, and no lockfile tells which one that is"),
    )
    assert advisories.of(PYPI, "", "==1.0").version == "1.0"


@pytest.mark.parametrize(
    ("version", "expected"),
    [("v44", YES), ("v45", UNKNOWN), ("v46", NO), ("v45.0.7", YES), ("v45.0.8", NO)],
)
def test_a_tag_that_moves_is_told_only_where_all_it_may_be_is_one(
    version: str, expected: Verdict
) -> None:
    affected = entry("0|45.0.8", purl="pkg:githubactions/some/action")
    answer = verdict(version, affected)
    assert answer.verdict is expected
    assert bool(answer.reason) is (expected is UNKNOWN)


def test_a_commit_is_what_is_written_beside_it_when_that_is_affected() -> None:
    commit, action = "8f4b7f84" * 5, "pkg:githubactions/some/action"
    advisories = Advisories([flaw(entry("0|4.1.2", purl=action))])
    found = advisories.of(action, commit, "v4.1.1")
    assert (found.version, len(found.matches), found.unknown) == ("v4.1.1", 1, ())
    for said in ("v4.1.2", ""):
        found = advisories.of(action, commit, said)
        assert (found.version, found.matches) == (commit, ())
        ((_, reason),) = found.unknown
        assert reason == f"{commit} is no version that githubactions orders"


@pytest.mark.parametrize(
    ("version", "expected"), [("dev-main", UNKNOWN), ("2.1.x-dev", YES), ("3.x-dev", UNKNOWN)]
)
def test_a_branch_of_composer_may_be_anything_in_it(version: str, expected: Verdict) -> None:
    assert verdict(version, entry("0|3.4.0", purl="pkg:composer/x/y")).verdict is expected


def test_versions_of_go_as_databases_and_as_modules_write_them() -> None:
    module = entry("0|1.2.4", purl="pkg:golang/example.org/x")
    assert verdict("v1.2.3", module).verdict is YES
    assert verdict("v1.2.4-0.20200101000000-000000000000", module).verdict is YES
    assert verdict("v2.0.0+incompatible", module).verdict is NO
    standard = entry("1.21.0-0|1.21.4", purl="pkg:golang/stdlib")
    assert verdict("go1.21rc2", standard).verdict is YES
    assert verdict("1.21.4", standard).verdict is NO


@given(st.lists(st.integers(0, 30), min_size=3, max_size=3), st.integers(0, 31))
def test_intervals_hold_as_numbers_do(ends: list[int], number: int) -> None:
    low, fixed, last = ends
    affected = entry(f"{low}|{fixed}", f"{low}={last}")
    inside = low <= number < fixed or low <= number <= last
    assert verdict(str(number), affected).verdict is (YES if inside else NO)
