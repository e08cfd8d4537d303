# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes a message out of what it came in, and makes of it the one form in which the inbox keeps messages.

That form is a JSON object as bytes, ``{"topic", "id", "headers", "body"}``. The body's own bytes are spliced
into it, not written anew, so nothing is lost and the intake stays fast: reading a body to the end without
making anything of it costs a fifth of decoding it. Here only what is no JSON object with a topic and a body
is refused; schema and meaning are the worker's (DESIGN, Intake).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

#: Bytes. The largest messages of the bus (mass updates, patches) are far below this.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
#: Bytes of an over-long message that are kept for a person to look at.
KEPT_OF_TOO_LONG = 64 * 1024
#: Characters. A longer id is replaced by a hash; AMQP allows topics of 255 bytes.
MAX_ID = 64
MAX_TOPIC = 255
#: The bus did not exist before (fedmsg: 2012); an earlier time is a mistake.
EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
_LATEST = datetime(9998, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it goes into the inbox.

    ``id`` is the inbox's key: the sender's own id where it is usable, else a hash. ``sent_at`` is the
    publisher's or the old envelope's time, None where it names none that can be true. ``undated`` is the
    reason, in a sentence, why it must be parked: it was recorded, and nobody knows when it was sent.
    """

    id: str
    topic: str
    sent_at: datetime | None
    payload: bytes
    undated: str | None = None


class Unreadable(ValueError):
    """What came in is no JSON object with a topic and a body.

    Its text is one sentence; ``incoming`` is what to park: the raw bytes (the first `KEPT_OF_TOO_LONG` of
    what is too long) under a key that is the same when the same bytes come again.
    """

    def __init__(self, reason: str, incoming: Incoming) -> None:
        super().__init__(reason)
        self.incoming = incoming


class _Refused(Exception):
    """The reason alone; the public functions add what to park."""


class _Line(msgspec.Struct):
    """A recorded line, in either of its two shapes."""

    topic: Any = None
    id: Any = None
    headers: msgspec.Raw = msgspec.Raw(b"null")
    body: msgspec.Raw = msgspec.Raw(b"")
    msg: msgspec.Raw = msgspec.Raw(b"")
    msg_id: Any = None
    timestamp: Any = None


class _Page(msgspec.Struct):
    raw_messages: list[msgspec.Raw]


class _SentAt(msgspec.Struct):
    sent_at: Any = msgspec.field(name="sent-at", default=None)


class _Headed(msgspec.Struct):
    headers: _SentAt | None = None


_skim = msgspec.json.Decoder(msgspec.Raw).decode
_read_line = msgspec.json.Decoder(_Line).decode
_read_page = msgspec.json.Decoder(_Page).decode
_read_sent_at = msgspec.json.Decoder(_SentAt).decode
_read_headed = msgspec.json.Decoder(_Headed).decode
_read_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_any = msgspec.json.Decoder().decode
_write = msgspec.json.Encoder(enc_hook=str).encode

_TOO_DEEP = "the message is nested too deeply; see who sent it"
_NO_TIME = (
    "the recorded message does not say when it was sent (sent-at in its headers, or timestamp in an old "
    "envelope); give it its time and take it in again"
)
_WRONG_TIME = (
    "the recorded message's time of sending cannot be true (sent-at in its headers, or timestamp in an old "
    "envelope); correct it and take it in again"
)
_NO_MESSAGE = "the message is no JSON object with a topic and a body; see who sent it"


def from_wire(topic: str, message_id: str | None, headers: Mapping[str, Any] | None, body: bytes) -> Incoming:
    """Take a message as the broker delivers it; ``headers`` are AMQP's, of any type AMQP has.

    Raises `Unreadable`.
    """
    try:
        checked = _checked_object(body)
        return Incoming(
            _key(message_id, _usable_topic(topic), checked),
            topic,
            instant_or_none(headers.get("sent-at")) if headers else None,
            _spliced(topic, _json(message_id), _json(headers or {}), checked),
        )
    except _Refused as why:
        raise _unreadable(str(why), topic, body, message_id) from why
    except RecursionError as error:
        raise _unreadable(_TOO_DEEP, topic, body, message_id) from error


def from_line(line: bytes) -> Incoming:
    """Take one line of a recording: what ``fedora-messaging record`` writes, or what datagrepper serves.

    An old fedmsg envelope is unwrapped, whether it is the line itself or stands as the body in a newer line
    (FIELD 1.11): its ``msg`` becomes the body, its ``timestamp`` the time of sending, and the rest of it is
    kept in the headers under ``fedmsg``. Raises `Unreadable`.

    A recording may be years old, so a message in it without a time that can be true is `Incoming.undated`:
    falling back on the time of receiving, as for what has just been sent, would be a guess. Its id is not the
    sender's, so that the same message can still come in with its time; its payload says ``undated`` too.
    """
    text = line.strip()
    try:
        return _from_line(text)
    except _Refused as why:
        raise _unreadable(str(why), "", text, None) from why
    except RecursionError as error:
        raise _unreadable(_TOO_DEEP, "", text, None) from error


def messages_of_line(line: bytes) -> Iterator[Incoming | Unreadable]:
    """Take the messages of a line that may be a whole page of datagrepper (``{"raw_messages": […]}``).

    What can't be read is given as a value among the others, since one bad message must not cost its mates.
    """
    for one in _lines_of_page(line) if b'"raw_messages"' in line else (line,):
        try:
            yield from_line(one)
        except Unreadable as why:
            yield why


def decode(data: bytes) -> Any:
    """Read JSON as the intake does: what Python's own writer writes too (NaN, halves of surrogate pairs).

    Raises ValueError for what is no JSON or is nested too deeply.
    """
    try:
        try:
            return _read_any(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return _decode_leniently(data)
    except _Refused as why:
        raise ValueError(str(why)) from why
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def _from_line(line: bytes) -> Incoming:
    if not line:
        raise _Refused("the line is empty; leave it out")
    _check_size(line)
    _check_utf8(line)
    parsed = _parsed_line(line)
    topic, message_id = parsed.topic, parsed.id
    headers, body = bytes(parsed.headers), bytes(parsed.body)
    if not body:
        old, envelope, headers = parsed, line, b"{}"
    elif b'"msg"' in body and b'"timestamp"' in body and _is_object(body):
        old, envelope = _parsed_line(body), body
    else:
        old, envelope = _Line(), b""
    if isinstance(old.topic, str) and _is_object(bytes(old.msg)):
        body, headers = bytes(old.msg), _headers_of_old(headers, envelope, old.timestamp)
        message_id = message_id or old.msg_id
        topic = topic if isinstance(topic, str) else old.topic
    if not isinstance(topic, str) or not _is_object(body):
        raise _Refused(_NO_MESSAGE)
    key = _key(message_id, _usable_topic(topic), body)
    payload = _spliced(topic, _json(message_id), headers, body)
    sent_at = _sent_at(headers)
    if sent_at is not None:
        return Incoming(key, topic, sent_at, payload)
    why = _NO_TIME if old.timestamp is None and b'"sent-at"' not in headers else _WRONG_TIME
    return Incoming(_hash(topic, line), topic, None, payload[:-1] + b',"undated":%b}' % _write(why), why)


def _parsed_line(text: bytes) -> _Line:
    try:
        return _read_line(text)
    except msgspec.MsgspecError:
        parts = _parts(text)
    raw = {name: msgspec.Raw(parts[name]) for name in ("headers", "body", "msg") if name in parts}
    told = {
        name: _decode_leniently(parts[name])
        for name in ("topic", "id", "msg_id", "timestamp")
        if name in parts
    }
    return _Line(**raw, **told)


def _parts(text: bytes) -> dict[str, bytes]:
    """Take a JSON object apart without reading its values, be it strict JSON or only what Python writes."""
    try:
        return {name: bytes(part) for name, part in _read_parts(text).items()}
    except msgspec.MsgspecError:
        document = _decode_leniently(text)
    if not isinstance(document, dict):
        raise _Refused(_NO_MESSAGE)
    return {name: json.dumps(value).encode() for name, value in document.items()}


def _lines_of_page(line: bytes) -> list[bytes]:
    try:
        return [bytes(one) for one in _read_page(line.strip()).raw_messages]
    except (msgspec.MsgspecError, RecursionError):
        return [line]


def _checked_object(text: bytes) -> bytes:
    """Return the text, or a rewriting of it, that is one JSON object in UTF-8 for certain.

    For certain, because it is spliced into another: skimming a text by itself refuses whatever follows it.
    """
    _check_size(text)
    try:
        _skim(text)
    except msgspec.MsgspecError:
        text = _rewritten(text)
    _check_utf8(text)
    if not _is_object(text):
        raise _Refused(_NO_MESSAGE)
    return text


def _check_size(text: bytes) -> None:
    if len(text) > MAX_MESSAGE_BYTES:
        raise _Refused(
            f"the message has {len(text)} bytes, more than the {MAX_MESSAGE_BYTES} that are taken; "
            "see who sent it"
        )


def _check_utf8(text: bytes) -> None:
    # Skimming passes over what stands in strings.
    if not text.isascii():
        _decoded_utf8(text)


def _is_object(text: bytes) -> bool:
    return text[:1] == b"{" or text.lstrip()[:1] == b"{"


def _rewritten(text: bytes) -> bytes:
    return json.dumps(_decode_leniently(text), separators=(",", ":")).encode()


def _decode_leniently(text: bytes) -> Any:
    try:
        return json.loads(_decoded_utf8(text))
    except json.JSONDecodeError as error:
        raise _Refused(
            f"the message is no JSON ({error.msg} at character {error.pos}); see who sent it"
        ) from error
    except ValueError as error:  # Python's bound on the digits of a number
        raise _Refused("the message holds a number of too many digits; see who sent it") from error


def _decoded_utf8(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise _Refused(f"the message is not in UTF-8 from byte {error.start} on; see who sent it") from error


def _usable_topic(topic: str) -> str:
    if not topic or len(topic) > MAX_TOPIC or not topic.isprintable():
        raise _Refused(
            f"the message's topic is no printable text of at most {MAX_TOPIC} characters; see who sent it"
        )
    return topic


def _key(message_id: Any, topic: str, body: bytes) -> str:
    if _is_usable_id(message_id):
        return str(message_id)
    try:
        # The same message may be spaced or escaped differently on the bus and in a recording.
        canonical = json.dumps(_decode_leniently(body), sort_keys=True, separators=(",", ":")).encode()
    except _Refused:
        canonical = body
    return _hash(topic, canonical)


def _is_usable_id(message_id: Any) -> bool:
    return isinstance(message_id, str) and 0 < len(message_id) <= MAX_ID and message_id.isprintable()


def _hash(topic: str, body: bytes) -> str:
    return hashlib.sha256(topic.encode("utf-8", "backslashreplace") + b"\0" + body).hexdigest()


def _spliced(topic: str, message_id: bytes, headers: bytes, body: bytes) -> bytes:
    return b'{"topic":%b,"id":%b,"headers":%b,"body":%b}' % (_write(topic), message_id, headers, body)


def _json(value: Any) -> bytes:
    try:
        return _write(value)
    except UnicodeEncodeError:  # half of a surrogate pair, which only ASCII escapes can carry
        return json.dumps(value, default=str).encode()


def _headers_of_old(headers: bytes, envelope: bytes, timestamp: Any) -> bytes:
    """Headers in which an old envelope's own time and the rest of it live on."""
    kept = _parts(headers) if _is_object(headers) else {}
    sent_at = instant_or_none(timestamp)
    if sent_at is not None:
        kept["sent-at"] = _write(sent_at.isoformat())
    rest = {name: part for name, part in _parts(envelope).items() if name not in ("topic", "msg")}
    kept["fedmsg"] = _joined(rest)
    return _joined(kept)


def _joined(parts: Mapping[str, bytes]) -> bytes:
    return b"{%b}" % b",".join(b"%b:%b" % (_json(name), part) for name, part in parts.items())


def _sent_at(headers: bytes) -> datetime | None:
    if b'"sent-at"' not in headers:
        return None
    try:
        return instant_or_none(_read_sent_at(headers).sent_at)
    except msgspec.MsgspecError:
        return None


def sent_at_in(payload: bytes) -> datetime | None:
    """When a message that the inbox keeps was sent, None where it does not say."""
    try:
        headers = _read_headed(payload).headers
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return None if headers is None else instant_or_none(headers.sent_at)


def instant_or_none(value: Any) -> datetime | None:
    """Read a time of the bus: ISO 8601 with its offset, or seconds since 1970.

    A time without an offset, before `EARLIEST`, or that no calendar has, is none.
    """
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            read = datetime.fromtimestamp(value, UTC)
        else:
            return None
        if read.tzinfo is None or not EARLIEST <= read <= _LATEST:
            return None
        return read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _unreadable(why: str, topic: str, raw: bytes, message_id: Any) -> Unreadable:
    known = topic if 0 < len(topic) <= MAX_TOPIC and topic.isprintable() else ""
    key = str(message_id) if _is_usable_id(message_id) else _hash(topic, raw)
    kept = raw if len(raw) <= MAX_MESSAGE_BYTES else raw[:KEPT_OF_TOO_LONG]
    return Unreadable(why, Incoming(key, known, None, kept))
