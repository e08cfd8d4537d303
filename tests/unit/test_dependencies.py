# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.dependencies import Kind
from epelbot.policy.dependencies import Dependencies
from epelbot.testing.package_index import ShortNeed, small_graph


def graph(
    requires: Mapping[str, Sequence[ShortNeed]],
    *,
    build: Mapping[str, Sequence[ShortNeed]] | None = None,
    weak: Mapping[str, Sequence[ShortNeed]] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Dependencies:
    return Dependencies(small_graph(requires, build=build, weak=weak, sources=sources))


def broken(dependencies: Dependencies, *leaving: str) -> set[str]:
    return {dependencies.graph.packages[one] for one in dependencies.breaks(leaving)[0]}


def test_who_needs_what_leaves_breaks_and_so_does_who_needs_those() -> None:
    chain = graph({"a": (), "b": ["a"], "c": ["b"], "d": ["c"], "e": ()})
    assert broken(chain, "a") == {"b", "c", "d"}
    assert broken(chain, "c") == {"d"}
    assert broken(chain, "e") == set()


def test_what_leaves_itself_is_not_among_the_broken() -> None:
    chain = graph({"a": (), "b": ["a"], "c": ["b"]})
    assert broken(chain, "a", "b") == {"c"}


def test_while_another_provider_remains_nobody_breaks() -> None:
    either = graph({"a": (), "b": (), "c": ["a b"]})
    assert broken(either, "a") == broken(either, "b") == set()
    assert broken(either, "a", "b") == {"c"}


def test_a_provider_that_breaks_itself_is_none_that_remains() -> None:
    assert broken(graph({"a": (), "b": ["a"], "c": ["a b"]}), "a") == {"b", "c"}


def test_a_circle_that_needs_nothing_else_holds_itself_up() -> None:
    circle = graph({"a": ["b"], "b": ["a"], "c": ["a"], "x": ()})
    assert broken(circle, "x") == set()
    assert broken(circle, "a") == {"b", "c"}


def test_a_package_that_fills_its_own_need_needs_nobody() -> None:
    assert broken(graph({"a": (), "b": ["a b"]}), "a") == set()


def test_all_binary_packages_of_a_source_leave_with_it() -> None:
    libs = graph({"a": (), "a-libs": (), "b": ["a-libs"]}, sources={"a-libs": "a"})
    assert broken(libs, "a") == {"b"}


def test_a_sister_package_that_falls_is_broken_though_its_source_stays() -> None:
    sisters = graph({"a": (), "b": (), "b-plugin": ["a"]}, sources={"b-plugin": "b"})
    (found,) = sisters.dependents(["a"])
    assert (found.package, found.rpms, found.lost, found.direct) == ("b", ("b-plugin",), ("a",), True)


def test_what_was_broken_before_is_not_counted_nor_those_who_needed_it() -> None:
    was = graph({"a": (), "b": ["a", ""], "c": ["b"], "d": ["a"]})
    assert was.broken_before() == ("b", "c")
    assert broken(was, "a") == {"d"}


def test_a_provider_that_was_broken_before_is_no_alternative() -> None:
    assert broken(graph({"a": (), "b": [""], "c": ["a b"]}), "a") == {"c"}


def test_a_conditional_need_holds_while_its_condition_is_there() -> None:
    assert broken(graph({"a": (), "b": (), "p": [(["a"], [["b"]])]}), "a") == {"p"}


def test_a_conditional_need_is_none_when_its_condition_leaves_too() -> None:
    both = graph({"a": (), "b": (), "p": [(["a"], [["b"]])]})
    assert broken(both, "a", "b") == set()


def test_a_condition_that_falls_at_a_later_step_lifts_the_need_again() -> None:
    # b falls with a, and with b the need for a: only p is fine in the end.
    later = graph({"a": (), "b": ["a"], "p": [(["a"], [["b"]])], "q": ["p"]})
    assert broken(later, "a") == {"b"}


def test_a_condition_that_several_can_meet_holds_while_one_of_them_is_there() -> None:
    either = graph({"a": (), "b": (), "c": (), "p": [(["a"], [["b", "c"]])]})
    assert broken(either, "a", "b") == {"p"}
    assert broken(either, "a", "b", "c") == set()


def test_each_of_two_conditions_must_be_met() -> None:
    two = graph({"a": (), "b": (), "c": (), "p": [(["a"], [["b"], ["c"]])]})
    assert broken(two, "a") == {"p"}
    assert broken(two, "a", "c") == set()


def test_packages_that_hang_on_each_other_by_their_conditions_count_as_broken() -> None:
    # Either could be installed, not both: nobody can promise that p is, and silence is no "no".
    round_about = graph({"a": (), "p": [(["a"], [["q"]])], "q": [(["a"], [["p"]])]})
    assert broken(round_about, "a") == {"p", "q"}


def test_build_time_and_weak_needs_are_told_and_break_nobody() -> None:
    told = graph({"a": (), "b": ()}, build={"c": ["a"]}, weak={"b": ["a"]})
    assert [(one.package, one.kind) for one in told.dependents(["a"])] == [
        ("c", Kind.BUILD_TIME),
        ("b", Kind.WEAK),
    ]
    assert told.judge_set(["a"]).may_leave == ("a",)


def test_a_build_need_is_lost_with_what_falls_later_too() -> None:
    (run, build) = graph({"a": (), "b": ["a"]}, build={"c": ["b"]}).dependents(["a"])
    assert (run.package, run.direct) == ("b", True)
    assert (build.package, build.lost, build.direct) == ("c", ("b",), False)


def test_one_build_need_that_nobody_ever_filled_does_not_hide_another() -> None:
    assert [one.package for one in graph({"a": ()}, build={"c": ["", "a"]}).dependents(["a"])] == ["c"]


def test_nobody_is_told_that_a_package_which_leaves_can_no_longer_be_built() -> None:
    assert graph({"a": ()}, build={"c": ["a"]}).dependents(["a", "c"]) == ()


def test_a_weak_need_is_not_told_of_a_package_that_breaks_anyway() -> None:
    (found,) = graph({"a": (), "b": ["a"]}, weak={"b": ["a"]}).dependents(["a"])
    assert found.kind is Kind.RUN_TIME


def test_a_package_that_the_metadata_do_not_know_is_said_to_be_unknown() -> None:
    one = graph({"a": ()})
    assert "a" in one
    assert "z" not in one
    assert broken(one, "z") == set()


def test_a_retirement_that_breaks_somebody_who_stays_is_held_back_with_the_reason() -> None:
    judged = graph({"a": (), "b": ["a"], "c": ()}).judge_set(["a", "c"])
    assert judged.may_leave == ("c",)
    (held,) = judged.held_back
    assert (held.package, [one.package for one in held.because]) == ("a", ["b"])


def test_who_needs_each_other_may_leave_together() -> None:
    assert graph({"a": (), "b": ["a"]}).judge_set(["a", "b"]).may_leave == ("a", "b")


def test_what_a_held_back_package_needs_is_held_back_in_turn() -> None:
    # c stays and needs b, b therefore stays and needs a; d is free.
    judged = graph({"a": (), "b": ["a"], "c": ["b"], "d": ()}).judge_set(["a", "b", "d"])
    assert judged.may_leave == ("d",)
    assert [(one.package, [by.package for by in one.because]) for one in judged.held_back] == [
        ("a", ["b", "c"]),
        ("b", ["c"]),
    ]


def test_two_providers_that_would_leave_somebody_without_any_are_both_held_back() -> None:
    judged = graph({"a": (), "b": (), "c": ["a b"]}).judge_set(["b", "a"])
    assert judged.may_leave == ()
    assert [one.package for one in judged.held_back] == ["a", "b"]


def test_who_only_stands_between_is_not_blamed() -> None:
    judged = graph({"a": (), "m": ["a"], "c": ["m"], "z": ()}).judge_set(["a", "z"])
    (held,) = judged.held_back
    assert (held.package, [one.package for one in held.because]) == ("a", ["c", "m"])


# --- laws ---

_COUNT = 7


@st.composite
def graphs(draw: st.DrawFn) -> Dependencies:
    """Small graphs in which needs look back at lower numbers only: one pass from the front answers."""
    names = [f"p{number}" for number in range(_COUNT)]
    requires: dict[str, list[ShortNeed]] = {}
    for number, name in enumerate(names):
        earlier = st.lists(st.sampled_from(names[: number + 1]), max_size=2, unique=True).map(" ".join)
        requires[name] = [one for one in draw(st.lists(earlier, max_size=2)) if one or draw(_RARELY)]
        if number and draw(st.booleans()):
            condition = draw(st.lists(st.sampled_from(names[:number]), min_size=1, max_size=2))
            requires[name].append((draw(earlier).split(), [condition]))
    sources = {name: f"s{draw(st.integers(0, _COUNT - 1))}" for name in names}
    return graph(requires, sources=sources)


_RARELY = st.integers(0, 5).map(lambda number: number == 0)


def _there(dependencies: Dependencies, leaving: set[str], never: Collection[int] = ()) -> set[int]:
    """What can be had, worked out from the front: needs look back only. ``never`` counts for nobody."""
    known = dependencies.graph
    there: set[int] = set()
    for node, needs in enumerate(known.requires):
        if known.sources[known.source_of[node]] in leaving or node in never:
            continue
        if all(
            not there.isdisjoint({*known.needs[number].alternatives})
            or node in known.needs[number].alternatives
            or any(there.isdisjoint(condition) for condition in known.needs[number].conditions)
            for number in needs
        ):
            there.add(node)
    return there


@given(graphs(), st.data())
def test_what_breaks_is_what_a_plain_reading_says(dependencies: Dependencies, data: st.DataObject) -> None:
    known = dependencies.graph
    leaving = set(data.draw(st.lists(st.sampled_from(known.sources), max_size=3)))
    before = _there(dependencies, set())
    after = _there(dependencies, leaving, never=set(range(_COUNT)) - before)
    staying = {node for node, source in enumerate(known.source_of) if known.sources[source] not in leaving}
    assert {node for node in range(_COUNT) if known.packages[node] in dependencies.broken_before()} == (
        set(range(_COUNT)) - before
    )
    assert dependencies.breaks(leaving)[0] == (before - after) & staying


@given(graphs(), st.data())
def test_a_set_is_judged_alike_in_any_order_and_what_may_leave_breaks_nobody(
    dependencies: Dependencies, data: st.DataObject
) -> None:
    leaving = data.draw(st.permutations(dependencies.graph.sources))[:4]
    judged = dependencies.judge_set(leaving)
    assert judged == dependencies.judge_set(data.draw(st.permutations(leaving)))
    assert not dependencies.breaks(judged.may_leave)[0]
    assert sorted([*judged.may_leave, *(one.package for one in judged.held_back)]) == sorted(leaving)
    assert all(one.because for one in judged.held_back)


@given(graphs(), st.data())
def test_who_is_told_of_a_run_time_need_is_just_who_breaks(
    dependencies: Dependencies, data: st.DataObject
) -> None:
    leaving = data.draw(st.lists(st.sampled_from(dependencies.graph.sources), max_size=3))
    told = [one for one in dependencies.dependents(leaving) if one.kind is Kind.RUN_TIME]
    assert {rpm for one in told for rpm in one.rpms} == broken(dependencies, *leaving)
    assert all(one.needs and one.lost for one in told)
