# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from epelbot.domain.evidence import AccessChanged, AccessSeen, Pushed
from epelbot.domain.people import Collaborator, PackageAccess
from epelbot.testing.messages import access_message, branch_message, commit_message, push_message
from epelbot.translate.message import Untranslatable
from tests.unit.translating import SENT, changed, evidence_of, facts_of, without

ACCESS = PackageAccess(
    "alice",
    ("bob",),
    ("carol", "dave"),
    (Collaborator("erin", ()),),
    ("kde-sig",),
    (Collaborator("qt-sig", ()),),
)
PUSH = push_message("foo", "epel9", at=SENT, agent="bob", access=ACCESS)
COMMIT = commit_message(
    "foo", "epel10.1", at=SENT, summary="Retired: upstream is gone", files={"dead.package": (1, 0)}
)


def test_a_push_tells_the_branch_and_the_owner() -> None:
    access, push = evidence_of(PUSH)
    assert access.fact == AccessSeen(ACCESS, partial=True)
    assert (access.package, access.major) == ("foo", None)
    assert push.fact == Pushed("epel9", PUSH["body"]["end_commit"], "bob")
    assert (push.package, push.major, push.happened_at) == ("foo", 9, SENT)


def test_a_push_to_another_branch_tells_the_owner_only() -> None:
    assert facts_of(push_message("foo", "rawhide", at=SENT, access=ACCESS)) == [
        AccessSeen(ACCESS, partial=True)
    ]


def test_a_branch_may_be_written_as_a_reference() -> None:
    (push,) = [
        fact for fact in facts_of(changed(PUSH, "branch", "refs/heads/epel8")) if isinstance(fact, Pushed)
    ]
    assert push.branch == "epel8"


@pytest.mark.parametrize(
    ("files", "dead"),
    [
        ({"dead.package": "A", "foo.spec": "D"}, "added"),
        ({"dead.package": "M"}, "added"),
        ({"dead.package": "D", "foo.spec": "A"}, "removed"),
        ({"foo.spec": "M"}, None),
        ({"dead.package": "foo.spec"}, None),
        ({"dead.package": ["A"]}, None),
    ],
)
def test_pagures_changed_files_are_a_hint(files: dict[str, Any], dead: str | None) -> None:
    _, push = facts_of(changed(PUSH, "changed_files", files))
    assert isinstance(push, Pushed)
    assert push.dead_package == dead


@pytest.mark.parametrize("files", [None, [], "A"])
def test_a_push_without_changed_files_gets_through(files: Any) -> None:
    for record in (changed(PUSH, "changed_files", files), without(PUSH, "changed_files")):
        _, push = facts_of(record)
        assert isinstance(push, Pushed)
        assert push.dead_package is None


def test_forks_other_namespaces_and_pagure_io_are_nothing_to_us() -> None:
    assert facts_of(push_message("foo", "epel9", at=SENT, fork_of="foo")) == []
    assert facts_of(changed(PUSH, "repo.namespace", "container")) == []
    assert facts_of(dict(PUSH, topic="io.pagure.prod.pagure.git.receive")) == []
    assert facts_of(dict(COMMIT, topic="io.pagure.prod.git.receive")) == []


def test_a_trimmed_push_tells_no_access() -> None:
    record = changed(PUSH, "repo", {"namespace": "rpms", "name": "foo"})
    assert facts_of(record) == [Pushed("epel9", PUSH["body"]["end_commit"], "bob")]


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("repo", None, "repo"),
        ("repo.name", "../x", "project.name"),
        ("repo.access_users", [], "access_users"),
        ("repo.access_users.owner", [], "access_users.owner"),
        ("repo.access_users.commit", ["a b"], "access"),
        ("branch", 5, "branch"),
        ("end_commit", "HEAD; rm -rf", "end_commit"),
        ("agent", None, "agent"),
        ("agent", "<script>", "agent"),
    ],
)
def test_a_push_that_is_not_right_names_what(field: str, value: Any, named: str) -> None:
    with pytest.raises(Untranslatable, match=rf"^pagure\.git\.receive: {named}"):
        evidence_of(changed(PUSH, field, value))


def test_a_commit_of_dead_package_is_a_retirement() -> None:
    (one,) = evidence_of(COMMIT)
    assert one.fact == Pushed(
        "epel10.1",
        COMMIT["body"]["commit"]["rev"],
        "maintainer",
        dead_package="added",
        author="Maintainer",
        text="Retired: upstream is gone",
    )
    assert (one.package, one.major, one.happened_at) == ("foo", 10, SENT)


@pytest.mark.parametrize(
    ("files", "dead"),
    [
        ({"dead.package": (1, 0), "foo.spec": (0, 80)}, "added"),
        ({"dead.package": (1, 1)}, "added"),
        ({"dead.package": (0, 1), "foo.spec": (80, 0)}, "removed"),
        ({"foo.spec": (1, 1)}, None),
    ],
)
def test_the_hooks_counts_of_lines_tell_a_retirement(
    files: dict[str, tuple[int, int]], dead: str | None
) -> None:
    (fact,) = facts_of(commit_message("foo", "epel9", at=SENT, summary="x", files=files))
    assert isinstance(fact, Pushed)
    assert fact.dead_package == dead


def test_an_old_commit_has_insertions_and_neither_agent_nor_namespace() -> None:
    commit = {
        "branch": "epel7",
        "name": "Alice",
        "username": "alice",
        "repo": "foo",
        "rev": "66abdea4014eb2f0745fc38f86e20c7d7009237e",
        "stats": {"files": {"dead.package": {"deletions": 0, "insertions": 1, "lines": 1}}},
        "summary": "Retired",
    }
    record = {"topic": COMMIT["topic"], "msg": {"commit": commit}, "timestamp": 1422414175}
    (fact,) = facts_of(record)
    assert isinstance(fact, Pushed)
    assert (fact.agent, fact.dead_package, fact.branch) == ("alice", "added", "epel7")


def test_a_commit_elsewhere_is_nothing_to_us() -> None:
    assert facts_of(commit_message("foo", "rawhide", at=SENT, summary="x")) == []
    assert facts_of(changed(COMMIT, "commit.namespace", "modules")) == []
    assert facts_of(changed(COMMIT, "commit.namespace", None)) == []


@pytest.mark.parametrize("field", ["commit", "commit.branch", "commit.rev", "commit.repo", "commit.stats"])
def test_a_commit_that_lacks_a_needed_field_names_it(field: str) -> None:
    with pytest.raises(Untranslatable, match=rf"^git\.receive: {field}"):
        evidence_of(without(COMMIT, field))


def test_prose_is_one_clean_line_of_bounded_length() -> None:
    (fact,) = facts_of(changed(COMMIT, "commit.summary", "a\0b\ud800\x1b[31m \n c" + "x" * 2_000_000))
    assert isinstance(fact, Pushed)
    assert fact.text is not None
    assert fact.text.startswith("a\ufffdb\ufffd\ufffd[31m cx")
    assert len(fact.text) <= 1_000


GIVEN = {
    "pagure.project.user.added": AccessChanged("helper", "commit", None, "alice"),
    "pagure.project.user.access.updated": AccessChanged("helper", "commit", None, "alice"),
    "pagure.project.user.removed": AccessChanged("helper", None, None, "alice"),
    "pagure.project.group.added": AccessChanged("@helper", "commit", None, "alice"),
    "pagure.project.group.access.updated": AccessChanged("@helper", "commit", None, "alice"),
    "pagure.project.group.removed": AccessChanged("@helper", None, None, "alice"),
}


@pytest.mark.parametrize(("event", "change"), GIVEN.items(), ids=GIVEN)
def test_access_given_and_taken_is_told_beside_all_access(event: str, change: AccessChanged) -> None:
    evidence = evidence_of(access_message(event, "foo", at=SENT, access=ACCESS, agent="alice"))
    assert [one.fact for one in evidence] == [AccessSeen(ACCESS, partial=True), change]
    assert {(one.package, one.major) for one in evidence} == {("foo", None)}


def test_a_collaborators_branches_are_told() -> None:
    record = access_message(
        "pagure.project.user.added", "foo", at=SENT, access=ACCESS, level="collaborator", branches="epel* f43"
    )
    assert AccessChanged("helper", "collaborator", "epel* f43", "maintainer") in facts_of(record)


def test_a_new_owner_shows_in_any_message() -> None:
    owned = PackageAccess("orphan")
    edited = access_message("pagure.project.edit", "foo", at=SENT, access=owned)
    branched = branch_message("pagure.git.branch.creation", "foo", "f43", at=SENT, access=owned)
    assert facts_of(edited) == facts_of(branched) == [AccessSeen(owned, partial=True)]


def test_access_elsewhere_is_nothing_to_us() -> None:
    record = access_message("pagure.project.user.added", "foo", at=SENT, access=ACCESS)
    assert facts_of(changed(record, "project.namespace", None)) == []
    assert facts_of(dict(record, topic="io.pagure.prod.pagure.project.user.added")) == []


@pytest.mark.parametrize("value", [None, 5, "", "a b", "nul\0", "../x", "x" * 300, ["a"]])
def test_access_given_to_what_is_no_account_is_refused(value: Any) -> None:
    record = access_message("pagure.project.user.added", "foo", at=SENT, access=ACCESS)
    with pytest.raises(Untranslatable, match=r"^pagure\.project\.user\.added: new_user"):
        evidence_of(changed(record, "new_user", value))


def test_more_people_than_there_are_is_refused() -> None:
    crowd = PackageAccess("alice", tuple(f"a{n}" for n in range(2_001)))
    with pytest.raises(Untranslatable, match="more than 2000"):
        evidence_of(access_message("pagure.project.edit", "foo", at=SENT, access=crowd))
