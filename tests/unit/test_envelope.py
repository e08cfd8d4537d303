# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.translate.envelope import (
    KEPT_OF_TOO_LONG,
    MAX_MESSAGE_BYTES,
    Incoming,
    Unreadable,
    decode,
    from_line,
    from_wire,
    messages_of_line,
)
from epelbot.translate.message import Untranslatable
from epelbot.translate.topics import translate

TOPIC = "org.fedoraproject.prod.buildsys.tag"
SENT = "2026-06-01T12:00:00+00:00"
AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def line(**parts: Any) -> bytes:
    return json.dumps(
        {"topic": TOPIC, "id": "an-id", "headers": {"sent-at": SENT}, "body": {"a": 1}} | parts
    ).encode()


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        from_line(data)
    return caught.value


def test_the_bodys_own_bytes_are_kept() -> None:
    body = b'{ "name" : "caf\xc3\xa9", "nul": "\\u0000", "n": 1e3 }'
    taken = from_wire(TOPIC, "an-id", {"sent-at": SENT}, body)
    assert body in taken.payload
    assert taken.id == "an-id"
    assert taken.sent_at == AT
    assert json.loads(taken.payload) == {
        "topic": TOPIC,
        "id": "an-id",
        "headers": {"sent-at": SENT},
        "body": {"name": "café", "nul": "\0", "n": 1000.0},
    }


def test_wire_and_recording_agree() -> None:
    wire = from_wire(TOPIC, "an-id", {"sent-at": SENT}, b'{"a": 1}')
    recorded = from_line(line())
    assert json.loads(wire.payload) == json.loads(recorded.payload)
    assert (wire.id, wire.topic, wire.sent_at) == (recorded.id, recorded.topic, recorded.sent_at)


def test_headers_of_any_amqp_type_are_kept() -> None:
    headers = {"when": AT, "raw": b"\xff", "none": None, "table": {"deep": [1, True]}, "odd": "\ud800"}
    kept = json.loads(from_wire(TOPIC, "an-id", headers, b"{}").payload)["headers"]
    assert kept["none"] is None
    assert kept["table"] == {"deep": [1, True]}
    assert kept["odd"] == "\ud800"


@pytest.mark.parametrize("useless", [None, "", "x" * 65, "tab\tid", "nul\0", "half\ud800"])
def test_without_a_usable_id_topic_and_body_make_one(useless: str | None) -> None:
    one = from_wire(TOPIC, useless, {}, b'{"a": 1, "b": "\xc3\xa9"}')
    recorded = {"topic": TOPIC, "headers": {"sent-at": SENT}, "body": {"b": "é", "a": 1}}
    same = from_line(json.dumps(recorded).encode())
    assert len(one.id) == 64
    assert one.id == same.id  # spacing, order and escapes are the writer's, not the message's
    assert one.id != from_wire("another.topic", useless, {}, b'{"a": 1, "b": "\xc3\xa9"}').id
    assert one.id != from_wire(TOPIC, useless, {}, b'{"a": 2, "b": "\xc3\xa9"}').id


@pytest.mark.parametrize(
    "odd", ["2015-2b398e44", "ünï", "'; DROP TABLE inbox; --", "../../etc/passwd", "x" * 64]
)
def test_odd_ids_stay_as_they_are(odd: str) -> None:
    assert from_wire(TOPIC, odd, {}, b"{}").id == odd
    assert from_line(line(id=odd)).id == odd


def test_an_old_envelope_is_unwrapped() -> None:
    old = {
        "i": 7,
        "msg": {"name": "foo"},
        "msg_id": "2015-abc",
        "timestamp": 1422414175.25,
        "topic": TOPIC,
        "username": "apache",
    }
    taken = from_line(json.dumps(old).encode())
    assert taken.id == "2015-abc"
    assert taken.sent_at == datetime(2015, 1, 28, 3, 2, 55, 250000, tzinfo=UTC)
    kept = json.loads(taken.payload)
    assert kept["body"] == {"name": "foo"}
    assert kept["headers"]["fedmsg"]["username"] == "apache"
    assert kept["headers"]["sent-at"] == "2015-01-28T03:02:55.250000+00:00"


def test_an_old_envelope_as_the_body_of_a_newer_line_is_unwrapped_too() -> None:
    old = {"i": 7, "msg": {"name": "foo"}, "msg_id": "2015-abc", "timestamp": "2015-01-28T03:02:55+00:00"}
    taken = from_line(line(id="2015-abc", headers={"x": 1}, body=old | {"topic": TOPIC}))
    assert taken.sent_at == datetime(2015, 1, 28, 3, 2, 55, tzinfo=UTC)
    kept = json.loads(taken.payload)
    assert kept["body"] == {"name": "foo"}
    assert kept["headers"]["x"] == 1
    bare = from_line(json.dumps(old | {"topic": TOPIC}).encode())
    assert bare.id == taken.id


def test_a_mail_that_has_a_msg_of_its_own_is_no_old_envelope() -> None:
    body = {"msg": {"subject": "timestamp"}, "timestamp": 5, "mlist": {}}
    assert json.loads(from_line(line(body=body)).payload)["body"] == body


@pytest.mark.parametrize(
    "time",
    [
        None,
        True,
        -5,
        5,
        1e15,
        1e300,
        "yesterday",
        "2026-06-01T12:00:00",
        "1970-01-01T00:00:00+00:00",
        [],
        float("nan"),
    ],
)
def test_a_recorded_time_that_cannot_be_true_is_not_taken_for_now(time: Any) -> None:
    old = {"msg": {}, "topic": TOPIC, "timestamp": time}
    for taken in (from_line(line(headers={"sent-at": time})), from_line(json.dumps(old).encode())):
        assert taken.sent_at is None
        assert "when it was sent" in str(taken.undated) or "time of sending" in str(taken.undated)
        # Retrying what is parked makes it no better.
        with pytest.raises(Untranslatable, match="take it in again"):
            translate(taken.payload, AT)
    assert from_wire(TOPIC, "an-id", {"sent-at": time}, b"{}").undated is None


def test_an_undated_message_says_what_is_wrong_and_keeps_its_ids_place_free() -> None:
    without, wrong = from_line(line(headers={})), from_line(line(headers={"sent-at": 1e15}))
    assert str(without.undated).startswith("the recorded message does not say when it was sent")
    assert str(wrong.undated).startswith("the recorded message's time of sending cannot be true")
    assert "an-id" not in (without.id, wrong.id)
    assert without.id == from_line(b" " + line(headers={}) + b"\n").id
    assert decode(without.payload)["id"] == "an-id"


@pytest.mark.parametrize("headers", [None, [], "text", 5, {"sent-at": {}}])
def test_headers_of_another_type_do_no_harm(headers: Any) -> None:
    assert from_line(line(headers=headers)).sent_at is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"no json",
        b"[1, 2]",
        b"5",
        b'"text"',
        b"{}",
        line(topic=None),
        line(topic=5),
        line(topic=""),
        line(topic="x" * 256),
        line(topic="nul\0"),
        line(topic="half\ud800"),
        line(body=None),
        line(body=[]),
        line(body="text"),
        line(body=5),
        b'{"topic": "x", "msg": 5}',
        b'{"topic": "x", "body": {"a": "\xff"}}',
        b'{"topic": "x", "body": {"a": "\x00"}}',
        b'{"topic": "x", "body": {"a": 1}} trailing',
        b'{"topic": "x", "body": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b'{"a": ' * 100_000,
        '{"topic": "x", "body": {}}'.encode("utf-16"),
    ],
    ids=range(24),
)
def test_what_is_no_message_is_refused_with_one_sentence(data: bytes) -> None:
    why = refusal(data)
    assert "\n" not in str(why)
    assert len(str(why)) < 200
    assert why.incoming.payload == data.strip()
    assert why.incoming.id == refusal(data).incoming.id
    assert len(why.incoming.id) == 64


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"a": 1},"id":{"b": 2}', b'{"a": 1}}', b"{} x", b'{"a": "\xff"}', b"[" * 9999]
)
def test_a_body_on_the_wire_that_is_no_object_is_refused_under_the_messages_id(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        from_wire(TOPIC, "an-id", {}, body)
    assert caught.value.incoming == Incoming("an-id", TOPIC, None, body)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"a": NaN}', "nan"),
        (b'{"a": 1e999}', "inf"),
        (b'{"a": "\\ud800"}', "'\\ud800'"),
        (b'{"a": 1, "a": 2}', "2"),
        (b'{"a": 123456789012345678901234567890}', "123456789012345678901234567890"),
        (b'{"a": "\\u0000"}', "'\\x00'"),
    ],
)
def test_what_python_writes_and_strict_json_does_not_is_kept(body: bytes, read: str) -> None:
    for taken in (
        from_wire(TOPIC, "an-id", {}, body),
        from_line(b'{"topic": "t", "id": "an-id", "body": ' + body + b"}"),
    ):
        assert repr(decode(taken.payload)["body"]["a"]) == read


def test_a_number_of_ten_thousand_digits_is_stored_and_refused_later() -> None:
    taken = from_wire(TOPIC, "an-id", {}, b'{"a": ' + b"9" * 10_000 + b"}")
    with pytest.raises(ValueError, match="too many digits"):
        decode(taken.payload)


def test_two_megabytes_of_text_are_taken() -> None:
    taken = from_line(line(body={"a": "x" * 2_000_000}))
    assert len(taken.payload) > 2_000_000


def test_more_than_is_taken_is_refused_and_its_beginning_kept() -> None:
    why = refusal(line(body={"a": "x" * MAX_MESSAGE_BYTES}))
    assert str(MAX_MESSAGE_BYTES) in str(why)
    assert len(why.incoming.payload) == KEPT_OF_TOO_LONG


def test_a_page_of_datagrepper_gives_its_messages_and_what_is_wrong_among_them() -> None:
    page = b'{"count": 3, "raw_messages": [' + b",".join((line(), b'{"topic": 5}', line(id="b"))) + b"]}"
    first, wrong, last = messages_of_line(page)
    assert isinstance(first, Incoming)
    assert isinstance(wrong, Unreadable)
    assert isinstance(last, Incoming)
    assert (first.id, last.id) == ("an-id", "b")
    assert [one.id for one in messages_of_line(line()) if isinstance(one, Incoming)] == ["an-id"]


def test_what_only_looks_like_a_page_is_one_message() -> None:
    body = {"raw_messages": 5}
    (one,) = messages_of_line(line(body=body))
    assert isinstance(one, Incoming)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["topic", "id", "headers", "body", "msg", "msg_id", "timestamp"]), json_values
    )
)
def test_any_object_is_taken_or_refused(parts: dict[str, Any]) -> None:
    for taken in messages_of_line(json.dumps(parts).encode()):
        if isinstance(taken, Incoming):
            whole = {"topic", "id", "headers", "body"}
            assert set(decode(taken.payload)) == (whole | {"undated"} if taken.undated else whole)
            taken.topic.encode()
            taken.id.encode()


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_taken(data: bytes) -> None:
    for incoming in messages_of_line(b'{"topic":"t","body":{' + data + b"}}"):
        assert isinstance(incoming, Incoming | Unreadable)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_every_body_comes_back_as_it_was(body: dict[str, Any]) -> None:
    text = json.dumps(body).encode()
    taken = from_wire(TOPIC, None, None, text)
    assert json.dumps(decode(taken.payload)["body"]) == json.dumps(json.loads(text))


def test_an_unreadable_line_has_the_hash_of_its_bytes_as_key() -> None:
    assert refusal(b" no json\n").incoming.id == hashlib.sha256(b"\0no json").hexdigest()


def test_the_intake_loads_no_publishers_classes() -> None:
    ask = (
        "import sys, epelbot.translate.envelope, epelbot.translate.followed; "
        "print(sorted({'bodhi', 'fedora_messaging', 'jsonschema', 'pika'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[]"
