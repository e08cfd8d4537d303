# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collections and the Koji tags that belong to them (POLICY, Words: collection)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.collection import Collection, collection_of_tag, place_of_tag

STAGES = ["testing", "testing-candidate", "signing-pending", "testing-pending", "pending", "override"]


@pytest.mark.parametrize("name", ["epel7", "epel8", "epel9", "epel10", "epel10.0", "epel10.12", "epel11"])
def test_a_collection_is_known_by_its_name(name: str) -> None:
    assert Collection.parse(name).name == Collection.parse(name).branch == str(Collection.parse(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        *("epel6", "epel5", "el9", "epel", "epel09", "epel9.1", "epel10.01", "epel10.1.1", "EPEL9", "epel9 "),
        *(
            "epel9-next",
            "epel8-playground",
            "epel9-modular",
            "rawhide",
            "f40",
            "",
            "epel\N{FULLWIDTH DIGIT NINE}",
            "epel9\n",
        ),
    ],
)
def test_what_the_policy_does_not_follow_is_no_collection(name: str) -> None:
    with pytest.raises(ValueError, match=r"they are called epel8, epel9, epel10, epel10\.1"):
        Collection.parse(name)


def test_from_rhel_10_on_one_collection_leads_and_branched_ones_trail() -> None:
    leading, trailing, plain = map(Collection.parse, ("epel10", "epel10.1", "epel9"))
    assert (leading.is_leading, trailing.is_leading, plain.is_leading) == (True, False, False)
    assert (leading.is_trailing, trailing.is_trailing, plain.is_trailing) == (False, True, False)


def test_the_leading_one_has_the_tag_of_the_minor_that_leads() -> None:
    assert Collection.parse("epel10").stable_tag(3) == "epel10.3"
    assert Collection.parse("epel10.1").stable_tag(3) == "epel10.1"
    assert Collection.parse("epel9").stable_tag() == "epel9"
    with pytest.raises(ValueError, match="depends on the minor that leads"):
        Collection.parse("epel10").stable_tag()


def test_collections_stand_in_the_order_of_rhel() -> None:
    names = ["epel7", "epel9", "epel10", "epel10.0", "epel10.2", "epel10.10", "epel11"]
    assert [one.name for one in sorted(map(Collection.parse, reversed(names)))] == names


@pytest.mark.parametrize("stable", ["epel9", "epel10.2"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_build_passes_through_the_tags_of_its_collection(stable: str, stage: str) -> None:
    place = place_of_tag(f"{stable}-{stage}")
    assert place is not None
    assert (place.stable, place.stage, place.is_stable) == (stable, stage, False)


def test_the_tag_with_the_collections_name_is_the_stable_one() -> None:
    place = place_of_tag("epel9")
    assert place is not None
    assert place.is_stable


@pytest.mark.parametrize(
    "tag",
    [
        *("epel9-build", "epel9-build-side-7", "epel9-build-side-7-testing-pending", "epel9-next"),
        *("epel9-next-testing", "epel6", "f40-updates", "epel9-infra", "", "epel9-stable", "epel9-"),
    ],
)
def test_build_roots_side_tags_and_other_streams_belong_to_no_collection(tag: str) -> None:
    assert place_of_tag(tag) is None


@given(st.text(max_size=30))
def test_no_text_is_too_odd_to_be_asked_about(text: str) -> None:
    place = place_of_tag(text)
    assert place is None or text.startswith(place.stable)


@pytest.mark.parametrize(
    ("tag", "leads", "collection"),
    [
        ("epel9", {}, "epel9"),
        ("epel10.1", {10: 2}, "epel10.1"),
        ("epel10.2", {10: 2}, "epel10"),
        # Right after a branching the new tag is seen before anybody says that it leads.
        ("epel10.3", {10: 2}, "epel10"),
        ("epel10.1", {}, "epel10"),
        ("epel11.0", {10: 2}, "epel11"),
    ],
)
def test_the_tag_of_the_leading_minor_is_the_leading_collections(
    tag: str, leads: dict[int, int], collection: str
) -> None:
    assert collection_of_tag(tag, leads).name == collection
