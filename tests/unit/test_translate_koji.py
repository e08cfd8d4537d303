# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from epelbot.domain.evidence import BuildChanged, BuildTagged, PackageListChanged
from epelbot.testing.messages import build_message, package_list_message, tag_message
from epelbot.translate.message import Untranslatable
from tests.unit.translating import RECEIVED, SENT, changed, evidence_of, facts_of, without

COMPLETED = SENT - timedelta(minutes=5)
BUILT = build_message("foo-1.2-3.el9", at=COMPLETED)
TAGGED = tag_message("foo-1.2-3.el9", "epel9", at=SENT)
BLOCKED = package_list_message("foo", "epel9", at=SENT)


def test_a_build_was_completed_when_koji_says() -> None:
    record = changed(BUILT, "epoch", 2)
    record["headers"]["sent-at"] = SENT.isoformat()
    (one,) = evidence_of(record)
    fact = one.fact
    assert isinstance(fact, BuildChanged)
    assert (fact.nvr, fact.state, fact.epoch) == ("foo-1.2-3.el9", "complete", 2)
    assert (fact.owner, fact.target) == ("maintainer", "epel9-candidate")
    assert (one.package, one.major, one.happened_at) == ("foo", 9, COMPLETED)


@pytest.mark.parametrize("state", ["building", "complete", "deleted", "failed", "canceled"])
def test_every_state_of_koji_is_known(state: str) -> None:
    (fact,) = facts_of(build_message("foo-1-1.el10_1", at=SENT, state=state))
    assert isinstance(fact, BuildChanged)
    assert fact.state == state


def test_a_deleted_build_was_deleted_when_it_was_told_not_when_it_was_completed() -> None:
    record = build_message("foo-1-1.el9", at=COMPLETED, state="deleted")
    record["headers"]["sent-at"] = SENT.isoformat()
    (one,) = evidence_of(record)
    assert one.happened_at == SENT


def test_a_state_that_koji_does_not_have_is_refused() -> None:
    with pytest.raises(Untranslatable, match=r"^buildsys\.build\.state\.change: new is 9"):
        evidence_of(changed(BUILT, "new", 9))


@pytest.mark.parametrize(("told", "epoch"), [(None, None), (0, 0), (3, 3), ("3", 3), ("", None)])
def test_an_epoch_may_be_a_number_or_a_text(told: Any, epoch: int | None) -> None:
    (fact,) = facts_of(changed(BUILT, "epoch", told))
    assert isinstance(fact, BuildChanged)
    assert fact.epoch == epoch


@pytest.mark.parametrize("told", [-1, "one", "1" * 5000, 10**30, 1.5, True, [], "²"])
def test_any_other_epoch_is_refused(told: Any) -> None:
    with pytest.raises(Untranslatable, match="epoch"):
        evidence_of(changed(BUILT, "epoch", told))


@pytest.mark.parametrize("request_", [None, [], ["scm"], [1, 2], "text"])
def test_a_build_without_a_target_has_none(request_: Any) -> None:
    (fact,) = facts_of(changed(BUILT, "request", request_))
    assert isinstance(fact, BuildChanged)
    assert fact.target is None


def test_a_build_nobody_owns_gets_through() -> None:
    (fact,) = facts_of(changed(BUILT, "owner", None))
    assert isinstance(fact, BuildChanged)
    assert fact.owner is None


def test_builds_of_other_distributions_and_other_attributes_are_nothing_to_us() -> None:
    assert facts_of(build_message("foo-1-1.fc43", at=SENT)) == []
    assert facts_of(changed(BUILT, "attribute", "volume_id")) == []


def test_messages_of_secondary_hubs_are_nothing_to_us() -> None:
    for record in (BUILT, TAGGED, BLOCKED):
        assert facts_of(changed(record, "instance", "s390")) == []


def test_a_tagging_tells_who_did_it() -> None:
    (one,) = evidence_of(TAGGED)
    assert one.fact == BuildTagged("foo-1.2-3.el9", "epel9", untagged=False, by="bodhi")
    assert (one.package, one.major, one.happened_at) == ("foo", 9, SENT)


def test_an_untagging_is_told_as_one() -> None:
    assert facts_of(tag_message("foo-1-1.el9", "epel9-testing", at=SENT, untagged=True)) == [
        BuildTagged("foo-1-1.el9", "epel9-testing", untagged=True, by="bodhi")
    ]


def test_a_service_may_tag() -> None:
    (fact,) = facts_of(changed(TAGGED, "user", "mbs/mbs.fedoraproject.org"))
    assert isinstance(fact, BuildTagged)
    assert fact.by == "mbs/mbs.fedoraproject.org"


@pytest.mark.parametrize("tag", ["f43", "epel9-build-side-1", "epel6", None])
def test_tags_of_others_are_nothing_to_us(tag: str | None) -> None:
    assert facts_of(changed(TAGGED, "tag", tag)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "../foo"),
        ("name", ""),
        ("name", 5),
        ("name", "x" * 300),
        ("version", "1-2"),
        ("version", "1 2"),
        ("release", "1\0"),
        ("tag", "epel9 "),
        ("tag", 9),
        ("user", "a b"),
        ("user", "../../x"),
    ],
)
def test_a_tagging_of_what_is_no_build_is_refused(field: str, value: Any) -> None:
    with pytest.raises(Untranslatable, match=rf"^buildsys\.tag: {field}"):
        evidence_of(changed(TAGGED, field, value))


@pytest.mark.parametrize("field", ["name", "version", "release", "tag"])
def test_a_tagging_that_lacks_a_needed_field_names_it(field: str) -> None:
    with pytest.raises(Untranslatable, match=rf"^buildsys\.tag: {field} is missing"):
        evidence_of(without(TAGGED, field))


@pytest.mark.parametrize(
    ("action", "block", "blocked"),
    [
        ("block", True, True),
        ("block", None, True),
        ("update", True, True),
        ("update", False, False),
        ("add", False, False),
        ("unblock", None, False),
        ("remove", None, False),
    ],
)
def test_a_package_is_blocked_or_not_afterwards(action: str, block: bool | None, blocked: bool) -> None:
    record = changed(package_list_message("foo", "epel9", at=SENT, action=action), "block", block)
    (one,) = evidence_of(record)
    assert one.fact == PackageListChanged("epel9", action, blocked)
    assert (one.package, one.major) == ("foo", 9)


def test_a_block_in_another_tag_is_nothing_to_us_and_a_wrong_one_is_refused() -> None:
    assert facts_of(package_list_message("foo", "f43", at=SENT)) == []
    with pytest.raises(Untranslatable, match="block is neither"):
        evidence_of(changed(BLOCKED, "block", "yes"))
    with pytest.raises(Untranslatable, match="action is missing"):
        evidence_of(without(BLOCKED, "action"))


def test_an_old_tagging_has_the_time_of_its_envelope() -> None:
    body = {
        "name": "foo",
        "version": "1",
        "release": "1.el7",
        "tag": "epel7",
        "user": "bodhi",
        "owner": "alice",
    }
    record = {"msg": body, "msg_id": "2015-1", "timestamp": 1422414175, "topic": TAGGED["topic"], "i": 3}
    (one,) = evidence_of(record)
    assert one.fact == BuildTagged("foo-1-1.el7", "epel7", untagged=False, by="bodhi")
    assert one.happened_at.isoformat() == "2015-01-28T03:02:55+00:00"
    assert one.learnt_at == RECEIVED


def test_an_old_build_lacks_much_and_gets_through() -> None:
    body = {"name": "foo", "version": "1", "release": "1.el7", "new": 1, "build_id": 7, "instance": "primary"}
    record = {
        "topic": "org.fedoraproject.prod.buildsys.build.state.change",
        "msg": body,
        "timestamp": 1422414175,
    }
    assert facts_of(record) == [BuildChanged("foo-1-1.el7", "complete", build_id=7)]
