# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates and projects that others wrote: understood, passed over or refused with a sentence."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.people import PackageAccess
from epelbot.errors import PermanentError
from epelbot.translate.project_json import access_from_json, branch_patterns, collaborators_from_json
from epelbot.translate.update_json import release_tag, update_from_json

#: No more than Bodhi's schema promises.
UPDATE: dict[str, Any] = {
    "alias": "FEDORA-EPEL-2026-0123456789",
    "builds": [{"nvr": "libfoo-1-1.el9"}],
    "release": {"name": "EPEL-9"},
    "request": None,
    "status": "testing",
    "user": {"name": "ann"},
}
FULL_UPDATE: dict[str, Any] = {
    **UPDATE,
    "builds": [{"nvr": "libfoo-1-1.el9", "type": "rpm"}],
    "release": {"name": "EPEL-9", "branch": "epel9", "stable_tag": "epel9", "dist_tag": "epel9"},
    "content_type": "rpm",
    "date_submitted": "2026-11-01 12:00:00",
    "date_testing": "2026-11-02 12:00:00",
    "date_stable": None,
}
PROJECT: dict[str, Any] = {
    "access_users": {"owner": ["ann"], "admin": ["zoe", "bob"], "commit": [], "collaborator": ["erin"]},
    "access_groups": {"admin": ["b-sig"], "commit": ["a-sig"], "collaborator": []},
}
CONTRIBUTORS: dict[str, Any] = {
    "users": {"collaborators": [{"user": "erin", "branches": "epel*"}]},
    "groups": {"collaborators": [{"user": "sig", "branches": None}]},
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def test_what_the_schema_promises_is_enough() -> None:
    assert update_from_json(UPDATE) == UpdateSeen(
        alias="FEDORA-EPEL-2026-0123456789",
        release="epel9",
        branch=None,
        status="testing",
        request=None,
        builds=("libfoo-1-1.el9",),
        submitter="ann",
    )


@pytest.mark.parametrize(
    ("release", "tag"),
    [
        ({"name": "EPEL-8"}, "epel8"),
        ({"name": "EPEL-10.2"}, "epel10.2"),
        ({"name": "EPEL-10.2", "stable_tag": "epel10.3"}, "epel10.3"),
        ({"name": "EPEL-10.2", "stable_tag": None, "dist_tag": "epel10.2"}, "epel10.2"),
        ({"name": "EPEL-9N"}, None),
        ({"name": "EPEL-9", "stable_tag": "epel9-next"}, None),
        ({"name": "EPEL-9F", "stable_tag": "epel9-flatpak-updates"}, None),
        ({"name": "EPEL-6"}, None),
        ({"name": "F44", "stable_tag": "f44-updates"}, None),
    ],
)
def test_a_release_has_the_stable_tag_that_it_states_or_that_its_name_implies(
    release: dict[str, str], tag: str | None
) -> None:
    assert release_tag(release) == tag


def test_access_is_sorted_so_that_equal_access_is_equal() -> None:
    access = access_from_json(PROJECT)
    assert access.admins == ("bob", "zoe")
    assert access.groups == ("a-sig", "b-sig")


@pytest.mark.parametrize(
    ("branches", "patterns"),
    [("epel*", ("epel*",)), ("epel9, f*", ("epel9", "f*")), ("a b,c", ("a", "b", "c")), ("", ())],
)
def test_branches_of_collaborators_stand_between_commas_or_spaces(
    branches: str, patterns: tuple[str, ...]
) -> None:
    assert branch_patterns(branches) == patterns


@given(data=st.data(), new=ANY_JSON)
def test_a_value_of_any_kind_anywhere_is_met_with_a_sentence(data: st.DataObject, new: object) -> None:
    whole: dict[str, Any] = copy.deepcopy(data.draw(st.sampled_from([FULL_UPDATE, PROJECT, CONTRIBUTORS])))
    value: Any = whole
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(value[key], (dict, list)) and len(value[key]) > 0
        if not (deeper and data.draw(st.booleans())):
            break
        value = value[key]
    value[key] = new
    said = _outcome(whole)
    assert isinstance(said, (UpdateSeen, PackageAccess, tuple, type(None))) or (
        len(said) < 300 and said.isprintable()
    )


def _outcome(whole: dict[str, Any]) -> UpdateSeen | PackageAccess | tuple[object, ...] | str | None:
    try:
        if "alias" in whole:
            return update_from_json(whole)
        return access_from_json(whole) if "access_users" in whole else collaborators_from_json(whole)
    except PermanentError as refusal:
        return str(refusal)
