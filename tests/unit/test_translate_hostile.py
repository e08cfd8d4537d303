# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.evidence import Recorded
from epelbot.domain.people import PackageAccess
from epelbot.ledger.codec import decode_fact, encode
from epelbot.testing.messages import (
    Record,
    access_message,
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
from epelbot.translate.envelope import EARLIEST, from_line, from_wire
from epelbot.translate.followed import Following, is_followed
from epelbot.translate.message import Untranslatable
from epelbot.translate.topics import TRANSLATORS, translate
from tests.unit.translating import RECEIVED, SENT, changed, evidence_of

ACCESS = PackageAccess("alice", ("bob",), ("carol",), groups=("kde-sig",))
MESSAGES: tuple[Record, ...] = (
    update_message(
        "bodhi.update.edit",
        alias="FEDORA-EPEL-2026-0123456789",
        builds=["foo-1-1.el9"],
        at=SENT,
        removed_builds=["bar-1-1.el9"],
    ),
    update_message(
        "bodhi.update.comment", alias="FEDORA-EPEL-2026-0123456789", builds=["foo-1-1.el9"], at=SENT
    ),
    compose_message("epel9", at=SENT),
    sync_message("9", at=SENT),
    build_message("foo-1-1.el9", at=SENT),
    tag_message("foo-1-1.el9", "epel9", at=SENT),
    package_list_message("foo", "epel9", at=SENT),
    push_message("foo", "epel9", at=SENT, access=ACCESS, changed_files={"dead.package": "A"}),
    commit_message("foo", "epel9", at=SENT, summary="gone", files={"dead.package": (1, 0)}),
    access_message("pagure.project.user.added", "foo", at=SENT, access=ACCESS, branches="epel*"),
    access_message("pagure.project.group.removed", "foo", at=SENT, access=ACCESS),
    issue_message("pagure.issue.comment.added", 7, title="x", at=SENT, comments=["y"]),
    forgejo_issue_message(8, title="x", at=SENT, action="created", comment="y"),
    post_message("x", at=SENT, sender="a@example.org", message_id="a@b", in_reply_to="c@d"),
)
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**40,
    1.5,
    float("nan"),
    "",
    "nul\0nul",
    "half\ud800",
    "../../etc/passwd",
    "'; DROP TABLE inbox; --",
    "<script>alert(1)</script>",
    "x" * 300_000,
    [],
    {},
    [[[[]]]],
    {"a": {"b": []}},
    ["x"],
    [{"nvr": "foo-1-1.el9", "type": ["rpm"]}],
)


def places(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value, the inner ones too."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*way, name)
        yield from places(part, (*way, name))


def put(body: Any, way: tuple[str | int, ...], value: Any) -> None:
    for step in way[:-1]:
        body = body[step]
    body[way[-1]] = value


def drop(body: Any, way: tuple[str | int, ...]) -> None:
    for step in way[:-1]:
        body = body[step]
    del body[way[-1]]


def stands_any_treatment(payload: bytes) -> tuple[Recorded, ...]:
    """Translated or refused in one sentence, and what is kept can be kept anywhere."""
    try:
        evidence = translate(payload, RECEIVED)
    except Untranslatable as why:
        sentence = str(why)
        assert "\n" not in sentence
        assert len(sentence) < 400
        sentence.encode()
        assert "\0" not in sentence
        return ()
    for one in evidence:
        kept = encode(one.fact)
        assert "\\u0000" not in kept
        assert decode_fact(one.kind, kept) == one.fact
        assert len(one.key) == 64
        assert one.happened_at.tzinfo is not None
    return evidence


@pytest.mark.parametrize("record", MESSAGES, ids=[record["topic"] for record in MESSAGES])
def test_any_field_may_be_missing_or_hostile(record: Record) -> None:
    following = Following()
    for way in places(record["body"]):
        for hostile in HOSTILE:
            other = copy.deepcopy(record)
            put(other["body"], way, hostile)
            taken = from_line(json.dumps(other).encode())
            is_followed(taken.topic, taken.payload, following, frozenset({"foo"}))
            stands_any_treatment(taken.payload)
        other = copy.deepcopy(record)
        drop(other["body"], way)
        stands_any_treatment(from_line(line_of(other)).payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_bodies_may_be_anything(data: st.DataObject) -> None:
    record = copy.deepcopy(data.draw(st.sampled_from(MESSAGES)))
    for way in data.draw(st.lists(st.sampled_from(list(places(record["body"]))), min_size=1, max_size=4)):
        try:
            put(record["body"], way, data.draw(json_values))
        except (KeyError, TypeError, IndexError):
            continue  # an earlier change took that place away
    stands_any_treatment(from_line(json.dumps(record).encode()).payload)


@pytest.mark.parametrize("event", [event for event, _, _ in TRANSLATORS])
@pytest.mark.parametrize("body", [{}, {"update": 5}, {"commit": {"branch": "epel9"}}, {"body": {"body": {}}}])
def test_an_empty_or_foreign_body_is_refused_under_its_topic(event: str, body: dict[str, Any]) -> None:
    with pytest.raises(Untranslatable, match=rf"^{event}: "):
        translate(json.dumps({"topic": f"org.fedoraproject.prod.{event}", "body": body}).encode(), RECEIVED)


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b"\xff", b'{"topic": 5, "body": {}}', b'{"topic": "x"}', b"[" * 100_000]
)
def test_what_was_parked_at_the_door_is_refused_again_when_retried(payload: bytes) -> None:
    with pytest.raises(Untranslatable):
        translate(payload, RECEIVED)


def test_five_thousand_levels_are_refused() -> None:
    deep = b'{"topic": "buildsys.tag", "body": {"tag": ' + b"[" * 5000 + b"]" * 5000 + b"}}"
    with pytest.raises(Untranslatable, match="nested too deeply"):
        translate(deep, RECEIVED)


def test_topics_of_others_give_nothing() -> None:
    assert translate(b'{"topic": "org.fedoraproject.prod.copr.build.end", "body": {}}', RECEIVED) == ()


@pytest.mark.parametrize(
    "header",
    [
        "2009-12-31T23:59:59+00:00",
        (RECEIVED + timedelta(days=1, seconds=1)).isoformat(),
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "2026-06-01T12:00:00",
        "yesterday",
        5,
        None,
    ],
)
def test_on_the_wire_an_impossible_time_of_sending_gives_way_to_that_of_receiving(header: Any) -> None:
    record = tag_message("foo-1-1.el9", "epel9", at=SENT)
    headers = record["headers"] | {"sent-at": header}
    taken = from_wire(record["topic"], record["id"], headers, json.dumps(record["body"]).encode())
    (one,) = translate(taken.payload, RECEIVED)
    assert one.happened_at == RECEIVED


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    ahead = RECEIVED + timedelta(hours=1)
    (one,) = evidence_of(tag_message("foo-1-1.el9", "epel9", at=ahead))
    assert one.happened_at == ahead
    assert one.happened_at > EARLIEST


def test_a_time_in_another_zone_is_kept_in_utc() -> None:
    record = copy.deepcopy(tag_message("foo-1-1.el9", "epel9", at=SENT))
    record["headers"]["sent-at"] = "2026-06-01T14:00:00+02:00"
    (one,) = evidence_of(record)
    assert one.happened_at.isoformat() == "2026-06-01T12:00:00+00:00"


def test_the_same_message_twice_is_the_same_evidence() -> None:
    for record in MESSAGES:
        first = [one.key for one in evidence_of(record)]
        again = [one.key for one in evidence_of(record, RECEIVED + timedelta(days=300))]
        assert first == again
        assert first


def test_a_naive_time_of_receiving_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        translate(b"{}", datetime(2026, 6, 1))  # noqa: DTZ001 -- the point of it


def test_a_class_that_cannot_read_its_body_costs_nothing() -> None:
    # The publisher's class fails to make headers for a build that nobody owns; ours are not for sending.
    record = changed(build_message("foo-1-1.el9", at=SENT), "owner", None)
    assert len(evidence_of(record)) == 1
