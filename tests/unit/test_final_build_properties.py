# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds of R2 for any build."""

from __future__ import annotations

import stat
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.build import RpmContents, RpmFile
from epelbot.domain.profile import ReadmeRules
from epelbot.policy.final_build import check_build, final_build_finding
from epelbot.policy.near_names import is_near_name
from tests.unit.readme_builds import GOOD, NOTICE, SAYS, SAYS_NOT, TEXTS, build, check, file, rpm

ARCHES = ("x86_64", "s390x", "noarch")

rules = st.sampled_from([ReadmeRules(), ReadmeRules(scope="every")])
files = st.builds(
    file,
    st.sampled_from([NOTICE, "readme-retired.txt", "README.txt"]),
    flags=st.sampled_from([0, 2, 64, 66, 128]),
    kind=st.sampled_from([stat.S_IFREG, stat.S_IFLNK, stat.S_IFDIR]),
    size=st.sampled_from([0, 300]),
    digest=st.sampled_from([SAYS, SAYS_NOT, "unread"]),
)


@st.composite
def rpm_lists(draw: st.DrawFn, names: tuple[str, ...] = ("foo", "foo-libs", "foo-doc")) -> list[RpmContents]:
    """A build's RPMs, each name and architecture once, some unreadable."""
    wanted = draw(
        st.lists(
            st.tuples(st.sampled_from(names), st.sampled_from(ARCHES)), unique=True, min_size=1, max_size=6
        )
    )
    return [
        RpmContents(name, arch, problem="torn")
        if draw(st.integers(0, 9)) == 0
        else RpmContents(name, arch, tuple(draw(st.lists(files, max_size=2))))
        for name, arch in wanted
    ]


@given(rpm_lists(), rules, st.randoms())
def test_the_order_of_rpms_and_files_never_matters(
    rpms: list[RpmContents], policy: ReadmeRules, random: Random
) -> None:
    mixed = list(rpms)
    random.shuffle(mixed)
    assert check(*mixed, rules=policy) == check(*rpms, rules=policy)


@given(rpm_lists(), rules, st.sampled_from(ARCHES), st.booleans())
def test_adding_a_debug_package_never_changes_the_verdict(
    rpms: list[RpmContents], policy: ReadmeRules, arch: str, carries: bool
) -> None:
    debug = rpm(f"foo-debuginfo.{arch}", *([GOOD] if carries else []))
    before, after = check(*rpms, rules=policy), check(*rpms, debug, rules=policy)
    assert final_build_finding(after).verdict is final_build_finding(before).verdict
    if not carries:
        assert after.outcome == before.outcome


@given(st.lists(st.tuples(st.sampled_from(ARCHES), st.booleans()), min_size=1, max_size=8))
def test_it_carries_exactly_if_every_architecture_has_a_good_package(kinds: list[tuple[str, bool]]) -> None:
    rpms = [rpm(f"foo{at}.{arch}", *([GOOD] if good else [])) for at, (arch, good) in enumerate(kinds)]
    arches = {arch for arch, _ in kinds if arch != "noarch"} or {"noarch"}
    good_on = {arch for arch, good in kinds if good}
    expected = "noarch" in good_on or arches <= good_on
    assert (check(*rpms).outcome == "carries") is expected


@given(rpm_lists(), rules)
def test_what_is_not_right_comes_with_a_remedy(rpms: list[RpmContents], policy: ReadmeRules) -> None:
    checked = check(*rpms, rules=policy)
    assert (checked.remedy is None) is (checked.outcome == "carries")
    assert len(checked.readmes) == len(rpms)


@given(rpm_lists())
def test_knowing_more_never_turns_a_certain_answer_round(rpms: list[RpmContents]) -> None:
    before = check(*rpms)
    told = check_build(build(*rpms), {**TEXTS, "unread": True}, ReadmeRules())
    if before.outcome == "carries":
        assert told.outcome == "carries"
    if before.outcome in ("lacks", "near-miss"):
        assert told.outcome == before.outcome


@given(rpm_lists())
def test_scope_every_is_never_easier_than_scope_any(rpms: list[RpmContents]) -> None:
    # Where doc packages don't count they may carry what nobody else does.
    rpms = [one for one in rpms if one.name != "foo-doc"] or [rpm("foo.noarch")]
    if check(*rpms, rules=ReadmeRules(scope="every")).outcome == "carries":
        assert check(*rpms).outcome == "carries"


@given(st.text(max_size=60))
def test_any_name_can_be_judged_and_the_right_one_is_never_near(name: str) -> None:
    one = RpmFile(f"/usr/share/doc/foo/{name}", 2, stat.S_IFREG, 1)
    assert is_near_name(one, ReadmeRules()) in (True, False)
    assert not is_near_name(file(), ReadmeRules())


@given(st.data())
def test_one_slip_of_the_pen_is_near(data: st.DataObject) -> None:
    letters = list("README-RETIRED")
    at = data.draw(st.integers(0, len(letters) - 2).filter(lambda at: "-" not in letters[at : at + 2]))
    match data.draw(st.sampled_from(["swap", "drop", "double", "mistake"])):
        case "swap":
            letters[at : at + 2] = reversed(letters[at : at + 2])
        case "drop":
            del letters[at]
        case "double":
            letters.insert(at, letters[at])
        case "mistake":
            letters[at] = "X"
    name = "".join(letters) + ".txt"
    assert name == NOTICE or is_near_name(file(name), ReadmeRules())
