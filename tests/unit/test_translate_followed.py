# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from epelbot.domain.people import PackageAccess
from epelbot.testing.messages import (
    Record,
    access_message,
    branch_message,
    build_message,
    commit_message,
    compose_message,
    forgejo_issue_message,
    issue_message,
    line_of,
    package_list_message,
    post_message,
    push_message,
    sync_message,
    tag_message,
    update_message,
)
from epelbot.translate.envelope import from_line
from epelbot.translate.followed import FOLLOWED_EVENTS, Following, is_followed
from epelbot.translate.places import major_of_release
from epelbot.translate.topics import BINDINGS, TRANSLATORS
from tests.unit.translating import SENT, changed, without

ALICE = PackageAccess("alice")
UPDATE: dict[str, Any] = {"alias": "FEDORA-EPEL-2026-0123456789", "builds": ["foo-1-1.el9"], "at": SENT}


def followed(record: Record, *known: str, following: Following | None = None) -> bool:
    taken = from_line(line_of(record))
    return is_followed(taken.topic, taken.payload, following or Following(), frozenset(known))


def update(release: str) -> Record:
    return update_message("bodhi.update.edit", **UPDATE, release=release)


FOLLOWED = {
    "an update for epel9": update("epel9"),
    "an update for a minor of 10": update("epel10.2"),
    "a comment on one": update_message("bodhi.update.comment", **UPDATE),
    "a compose of a stable tag": compose_message("epel9", at=SENT),
    "a compose of a testing tag": compose_message("epel10.2-testing", at=SENT),
    "a sync": sync_message("9", at=SENT),
    "a build for el10": build_message("foo-1-1.el10_2", at=SENT),
    "a tagging": tag_message("foo-1-1.el9", "epel9-testing-candidate", at=SENT),
    "an untagging": tag_message("foo-1-1.el8", "epel8", at=SENT, untagged=True),
    "a block": package_list_message("foo", "epel9", at=SENT),
    "a push to epel9": push_message("foo", "epel9", at=SENT),
    "a commit on epel10.1": commit_message("foo", "epel10.1", at=SENT, summary="x"),
    "a post on epel-devel": post_message("x", at=SENT, sender="a@example.org", message_id="a@b"),
    "a ticket of EPEL's": issue_message("pagure.issue.new", 7, title="x", at=SENT),
    "a ticket on the forge": forgejo_issue_message(7, title="x", at=SENT),
}
NOT_FOLLOWED = {
    "an update for Fedora": changed(update("epel9"), "update.release.name", "F43"),
    "an update for epel9-next": update("epel9-next"),
    "a compose of Fedora": compose_message("f43-updates", at=SENT),
    "a compose of a side tag": compose_message("epel9-build-side-1", at=SENT),
    "a sync of epel6": sync_message("6", at=SENT),
    "a sync of epel-next": changed(sync_message("9", at=SENT), "repo", "epel-next"),
    "a build for Fedora": build_message("foo-1-1.fc43", at=SENT),
    "a tagging into a side tag": tag_message("foo-1-1.el9", "epel9-build-side-1", at=SENT),
    "a tagging into epel9-next": tag_message("foo-1-1.el9.next", "epel9-next", at=SENT),
    "a tagging into nothing": changed(tag_message("foo-1-1.el9", "epel9", at=SENT), "tag", None),
    "a block in Fedora": package_list_message("foo", "f43", at=SENT),
    "a push to rawhide": push_message("foo", "rawhide", at=SENT),
    "a push to epel9-next": push_message("foo", "epel9-next", at=SENT),
    "a push to a fork": push_message("foo", "epel9", at=SENT, fork_of="foo"),
    "a push to a container": changed(push_message("foo", "epel9", at=SENT), "repo.namespace", "container"),
    "a commit on rawhide": commit_message("foo", "rawhide", at=SENT, summary="x"),
    "access to an unknown package": access_message("pagure.project.edit", "foo", at=SENT, access=ALICE),
    "a post on another list": post_message("x", at=SENT, sender="a@b", message_id="a@b", list_name="users"),
    "a ticket of others": issue_message("pagure.issue.new", 7, title="x", at=SENT, project="releng"),
    "a ticket of others on the forge": forgejo_issue_message(
        7, title="x", at=SENT, repository="infra/tickets"
    ),
    "a topic of others": dict(update("epel9"), topic="org.fedoraproject.prod.copr.build.end"),
    "staging": dict(update("epel9"), topic="org.fedoraproject.stg.bodhi.update.edit"),
}


@pytest.mark.parametrize("record", FOLLOWED.values(), ids=FOLLOWED)
def test_these_are_followed(record: Record) -> None:
    assert followed(record)


@pytest.mark.parametrize("record", NOT_FOLLOWED.values(), ids=NOT_FOLLOWED)
def test_these_are_not_followed(record: Record) -> None:
    assert not followed(record)


def test_of_known_packages_owner_and_access_are_kept_whatever_the_branch() -> None:
    kept = (
        push_message("foo", "rawhide", at=SENT),
        branch_message("pagure.git.branch.creation", "foo", "f43", at=SENT, access=ALICE),
        access_message("pagure.project.user.added", "foo", at=SENT, access=ALICE),
    )
    for record in kept:
        assert followed(record, "foo")
        assert not followed(record, "bar")


def test_a_fork_of_a_known_package_is_not_followed() -> None:
    assert not followed(push_message("foo", "epel9", at=SENT, fork_of="foo"), "foo")


def test_pagure_io_cannot_speak_for_dist_git() -> None:
    record = push_message("foo", "epel9", at=SENT)
    assert followed(record)
    assert not followed(dict(record, topic="io.pagure.prod.pagure.git.receive"), "foo")


def test_a_topic_without_prefix_is_ours_and_an_environment_is_a_setting() -> None:
    record = update("epel9")
    assert followed(dict(record, topic="bodhi.update.edit"))
    staging = dict(record, topic="org.fedoraproject.stg.bodhi.update.edit")
    assert followed(staging, following=Following(environments=frozenset({"stg"})))


def test_lists_projects_and_repositories_are_settings() -> None:
    following = Following(frozenset({"users"}), frozenset({"releng"}), frozenset({"infra/tickets"}))
    for name in ("a post on another list", "a ticket of others", "a ticket of others on the forge"):
        assert followed(NOT_FOLLOWED[name], following=following)
    for name in ("a post on epel-devel", "a ticket of EPEL's", "a ticket on the forge"):
        assert not followed(FOLLOWED[name], following=following)


@pytest.mark.parametrize(
    "record",
    [
        without(update("epel9"), "update.release"),
        changed(update("epel9"), "update.release.name", 5),
        changed(tag_message("foo-1-1.el9", "epel9", at=SENT), "tag", ["epel9"]),
        without(push_message("foo", "epel9", at=SENT), "branch"),
        changed(FOLLOWED["a post on epel-devel"], "mlist", None),
        changed(FOLLOWED["a ticket on the forge"], "body", {}),
    ],
    ids=range(6),
)
def test_where_the_deciding_field_is_wrong_a_person_shall_see_it(record: Record) -> None:
    assert followed(record)


@pytest.mark.parametrize(
    ("release", "major"),
    [
        ("1.el9", 9),
        ("1.el10_2", 10),
        ("0.3.rc1.el8.1", 8),
        ("2.el7.centos", 7),
        ("1.el8_5~bootstrap", 8),
        ("1.el6", None),
        ("1.el9.next", None),
        ("1.module_el8+5", None),
        ("1.fc43", None),
        ("1.el9abc", None),
        ("1", None),
    ],
)
def test_a_release_tells_the_major_it_was_built_for(release: str, major: int | None) -> None:
    assert major_of_release(release) == major


def test_what_is_followed_is_what_is_translated() -> None:
    events = [event for event, _, _ in TRANSLATORS]
    assert sorted(events) == sorted(FOLLOWED_EVENTS)


def test_every_class_is_its_topics_own() -> None:
    for event, published, _ in TRANSLATORS:
        assert published.topic in (event, "")  # the plain class has no topic


def test_every_topic_is_bound_and_no_binding_is_idle() -> None:
    def binds(pattern: list[str], words: list[str]) -> bool:
        match pattern:
            case ["#"]:
                return True
            case ["*", *rest]:
                return bool(words) and binds(rest, words[1:])
            case [word, *rest]:
                return words[:1] == [word] and binds(rest, words[1:])
            case _:
                return not words

    used = set()
    for event, _, _ in TRANSLATORS:
        sender = "io.pagure" if event.startswith("pagure.issue.") else "org.fedoraproject"
        bound = [one for one in BINDINGS if binds(one.split("."), f"{sender}.prod.{event}".split("."))]
        assert bound, event
        used |= set(bound)
    assert used == set(BINDINGS)
