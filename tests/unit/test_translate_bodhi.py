# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from epelbot.domain.evidence import ComposeFinished, Synced, UpdateSeen
from epelbot.testing.messages import Record, compose_message, sync_message, update_message
from epelbot.translate.message import MAX_BUILDS, Untranslatable
from epelbot.translate.topics import TRANSLATORS
from tests.unit.translating import SENT, changed, evidence_of, facts_of, without

ALIAS = "FEDORA-EPEL-2026-0123456789"
SUBMITTED = datetime(2026, 5, 20, 8, 30, tzinfo=UTC)
PUSHED = datetime(2026, 6, 1, 11, 15, tzinfo=UTC)
UPDATE_EVENTS = [event for event, _, _ in TRANSLATORS if event.startswith("bodhi.update.")]


def update(event: str = "bodhi.update.edit", **but: Any) -> Record:
    said: dict[str, Any] = {
        "alias": ALIAS,
        "builds": ["foo-1.2-3.el9"],
        "at": SENT,
        "status": "testing",
        "submitted_at": SUBMITTED,
    }
    return update_message(event, **said | but)


@pytest.mark.parametrize("event", UPDATE_EVENTS)
def test_each_update_message_gives_the_update_to_each_of_its_packages(event: str) -> None:
    record = update(event, builds=["foo-1.2-3.el9", "bar-libs-2-1.el9"])
    seen = UpdateSeen(
        alias=ALIAS,
        release="epel9",
        branch="epel9",
        status="testing",
        request=None,
        builds=("bar-libs-2-1.el9", "foo-1.2-3.el9"),
        submitter="maintainer",
        submitted_at=SUBMITTED,
    )
    evidence = evidence_of(record)
    assert [(one.fact, one.package, one.major) for one in evidence] == [
        (seen, "bar-libs", 9),
        (seen, "foo", 9),
    ]
    assert {one.source for one in evidence} == {"bus"}


def test_an_update_of_the_leading_minor_tells_its_branch() -> None:
    (one,) = evidence_of(update(release="epel10.2", branch="epel10", builds=["foo-1-1.el10_2"]))
    assert isinstance(one.fact, UpdateSeen)
    assert (one.fact.release, one.fact.branch, one.major) == ("epel10.2", "epel10", 10)


def test_a_completed_push_happened_when_the_compose_ended() -> None:
    (stable,) = evidence_of(update("bodhi.update.complete.stable", status="stable", stable_at=PUSHED))
    (testing,) = evidence_of(update("bodhi.update.complete.testing", testing_at=PUSHED))
    assert stable.happened_at == testing.happened_at == PUSHED


def test_a_request_happened_when_it_was_sent() -> None:
    (one,) = evidence_of(update("bodhi.update.request.stable", request="stable", testing_at=PUSHED))
    assert one.happened_at == SENT


def test_a_push_to_stable_in_the_far_future_happened_when_it_was_sent() -> None:
    (one,) = evidence_of(update("bodhi.update.complete.stable", stable_at=SENT + timedelta(days=400)))
    assert one.happened_at == SENT


def test_a_package_that_an_edit_took_out_is_told_as_well() -> None:
    record = update(removed_builds=["gone-1-1.el9"])
    assert [one.package for one in evidence_of(record)] == ["foo", "gone"]


def test_what_the_first_schema_promises_is_enough() -> None:
    record = update()
    kept = ("alias", "builds", "release", "status", "user")
    record["body"]["update"] = {name: record["body"]["update"][name] for name in kept}
    record["body"]["update"]["release"] = {"name": "EPEL-9"}
    record["body"]["update"]["builds"] = [{"nvr": "foo-1.2-3.el9"}]
    (fact,) = facts_of(record)
    assert isinstance(fact, UpdateSeen)
    assert (fact.alias, fact.release, fact.submitted_at) == (ALIAS, "epel9", None)


def test_a_body_newer_than_our_classes_gets_through() -> None:
    record = changed(update(), "update.status", "reviewing")
    record["body"]["invented"] = {"later": True}
    record["headers"]["fedora_messaging_schema"] = "bodhi.update.edit.v9"
    (fact,) = facts_of(record)
    assert isinstance(fact, UpdateSeen)
    assert fact.status == "reviewing"


def test_updates_of_others_are_nothing_to_us() -> None:
    assert facts_of(changed(update(), "update.release.name", "F43")) == []


@pytest.mark.parametrize(
    "field", ["update", "update.alias", "update.builds", "update.release", "update.status"]
)
def test_what_is_missing_is_named(field: str) -> None:
    with pytest.raises(Untranslatable, match=rf"^bodhi\.update\.edit: {field}"):
        evidence_of(without(update(), field))


@pytest.mark.parametrize(
    "nvr",
    [
        "../../etc/passwd-1-1",
        "foo",
        "-1-1",
        "foo;rm-1-1",
        "'; DROP TABLE x-1-1",
        "foo\0-1-1",
        "x" * 201 + "-1-1",
    ],
)
def test_a_build_that_is_none_is_refused(nvr: str) -> None:
    with pytest.raises(Untranslatable, match=r"update\.builds"):
        evidence_of(update(builds=[nvr]))


def test_an_update_of_more_builds_than_there_are_is_refused() -> None:
    record = changed(update(), "update.builds", [{"nvr": f"foo{n}-1-1"} for n in range(MAX_BUILDS + 1)])
    with pytest.raises(Untranslatable, match="more than 2000"):
        evidence_of(record)


@pytest.mark.parametrize("success", [True, False])
def test_a_compose_ended_well_or_not(success: bool) -> None:
    (one,) = evidence_of(compose_message("epel10.2-testing", at=SENT, success=success))
    assert one.fact == ComposeFinished("epel10.2-testing", success)
    assert (one.package, one.major, one.happened_at) == (None, 10, SENT)


def test_composes_of_containers_and_of_others_are_nothing_to_us() -> None:
    assert facts_of(changed(compose_message("epel9", at=SENT), "ctype", "container")) == []
    assert facts_of(compose_message("f43-updates", at=SENT)) == []


def test_a_compose_that_says_neither_is_refused() -> None:
    with pytest.raises(Untranslatable, match="success"):
        evidence_of(changed(compose_message("epel9", at=SENT), "success", "yes"))


@pytest.mark.parametrize(
    ("release", "testing", "fact"),
    [("9", False, Synced("epel9", testing=False)), ("10.1", True, Synced("epel10.1", testing=True))],
)
def test_a_sync_is_of_a_whole_collection(release: str, testing: bool, fact: Synced) -> None:
    (one,) = evidence_of(sync_message(release, at=SENT, testing=testing))
    assert one.fact == fact
    assert (one.package, one.major) == (None, int(release.partition(".")[0]))


@pytest.mark.parametrize("release", ["6", "9-next", "../x", "10.1.1"])
def test_a_sync_of_what_we_do_not_follow_is_nothing_to_us(release: str) -> None:
    assert facts_of(sync_message(release, at=SENT)) == []
