# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epelbot.domain.evidence import BuildChanged, Synced
from epelbot.domain.people import PackageAccess
from epelbot.testing.messages import (
    Record,
    access_message,
    build_message,
    commit_message,
    compose_message,
    forgejo_issue_message,
    issue_message,
    package_list_message,
    post_message,
    push_message,
    sync_message,
    tag_message,
    update_message,
)
from epelbot.translate.envelope import Incoming, decode, messages_of_line
from epelbot.translate.followed import FOLLOWED_EVENTS, Following, is_followed
from epelbot.translate.message import Untranslatable
from epelbot.translate.topics import TRANSLATORS, translate
from tests.unit.translating import RECEIVED, SENT

EVERYWHERE = Following(environments=frozenset({"prod", "stg", "dev"}))
ANY = "<ANY>"  # what the publishers' tests write for "whatever it is"


def real_ones(folder: Path) -> Iterator[Record]:
    """Every real message, out of recordings and out of the collections with their sources."""
    for path in sorted(folder.rglob("*.json")):
        yield json.loads(path.read_bytes())
    for path in sorted(folder.rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield json.loads(line)["message"]


def lines_of(folder: Path) -> Iterator[bytes]:
    """The real messages as lines; those that were collected without their time get one."""
    for message in real_ones(folder):
        if "body" in message:
            headers = {"sent-at": SENT.isoformat()} | (message.get("headers") or {})
            yield json.dumps(message | {"headers": headers}).encode()
        else:
            yield json.dumps({"timestamp": SENT.timestamp()} | message).encode()


def test_real_messages_that_were_collected_without_their_time_are_not_taken_for_new(
    shared_data: Path,
) -> None:
    undated = 0
    for message in real_ones(shared_data / "messages"):
        dated = "timestamp" in message or "sent-at" in (message.get("headers") or {})
        for taken in messages_of_line(json.dumps(message).encode()):
            if isinstance(taken, Incoming) and "timestamp" not in message.get("body", {}):
                assert (taken.undated is None) == dated
                undated += not dated
    assert undated > 50


def test_every_real_message_gives_evidence_nothing_or_one_sentence(shared_data: Path) -> None:
    told: dict[str, list[str]] = defaultdict(list)
    for line in lines_of(shared_data / "messages"):
        for taken in messages_of_line(line):
            if not isinstance(taken, Incoming):
                told["unreadable"].append(str(taken))
                continue
            is_followed(taken.topic, taken.payload, EVERYWHERE, frozenset())
            try:
                evidence = translate(taken.payload, RECEIVED)
            except Untranslatable as why:
                told["refused"].append(str(why))
            else:
                told["evidence" if evidence else "nothing"].append(taken.topic)
    assert all("\n" not in why for why in told["refused"] + told["unreadable"])
    assert len(told["evidence"]) > 20
    # Bodhi's first updates named no release, for one.
    assert {why.partition(": ")[0] for why in told["refused"]} <= FOLLOWED_EVENTS


def test_real_epel_messages_say_what_they_are_known_to_say(shared_data: Path) -> None:
    facts = []
    for line in lines_of(shared_data / "messages"):
        for taken in messages_of_line(line):
            if isinstance(taken, Incoming) and is_followed(
                taken.topic, taken.payload, EVERYWHERE, frozenset()
            ):
                try:
                    facts += [one.fact for one in translate(taken.payload, RECEIVED)]
                except Untranslatable:
                    continue
    assert Synced("epel7", testing=True) in facts
    built = [
        fact for fact in facts if isinstance(fact, BuildChanged) and fact.nvr == "python-ogr-0.34.0-1.el8"
    ]
    assert {fact.state for fact in built} == {"building", "complete"}
    assert {fact.target for fact in built} == {"epel8-candidate"}


ACCESS = PackageAccess("alice", ("bob",), ("carol",), groups=("kde-sig",))
MADE_UP: tuple[Record, ...] = (
    *(
        update_message(event, alias="FEDORA-EPEL-2026-0123456789", builds=["foo-1-1.el9"], at=SENT)
        for event, _, _ in TRANSLATORS
        if event.startswith("bodhi.update.")
    ),
    compose_message("epel9", at=SENT),
    sync_message("9", at=SENT),
    build_message("foo-1-1.el9", at=SENT, epoch=1),
    tag_message("foo-1-1.el9", "epel9", at=SENT),
    tag_message("foo-1-1.el9", "epel9", at=SENT, untagged=True),
    package_list_message("foo", "epel9", at=SENT),
    push_message("foo", "epel9", at=SENT, access=ACCESS),
    commit_message("foo", "epel9", at=SENT, summary="x"),
    *(
        access_message(event, "foo", at=SENT, access=ACCESS)
        for event, _, _ in TRANSLATORS
        if event.startswith("pagure.project.")
    ),
    *(
        issue_message(event, 7, title="x", at=SENT, comments=["y"])
        for event, _, _ in TRANSLATORS
        if event.startswith("pagure.issue.")
    ),
    forgejo_issue_message(8, title="x", at=SENT, action="created", comment="y"),
    post_message("x", at=SENT, sender="a@example.org", message_id="a@b", in_reply_to="c@d"),
)

# What FIELD tells of and no real body at hand has, as (object, key).
TOLD_BY_FIELD_ONLY = frozenset(
    {
        # 1.3 and 3.2: the second edit message, and what the server sends of an update
        ("body", "new_builds"),
        ("body", "removed_builds"),
        ("release", "eol"),
        ("update", "from_tag"),
        # 1.5: newer pushes, and commits since fedmsg
        ("authors[]", "fullname"),
        ("authors[]", "name"),
        ("authors[]", "url_path"),
        ("body", "authors"),
        ("body", "authors[]"),
        ("body", "changed_files"),
        ("body", "old_commit"),
        ("body", "pull_request_id"),
        ("changed_files", "*"),
        ("commit", "date"),
        ("commit", "patch"),
        ("commit", "url"),
        # 1.8: what the relay puts around a webhook
        ("body", "headers"),
        ("headers", "x-forgejo-delivery"),
        ("headers", "x-forgejo-event"),
        ("headers", "x-forgejo-event-type"),
        ("headers", "x-hub-signature"),
        ("headers", "x-hub-signature-256"),
    }
)
# Objects that stand under several names.
SAME = {"repo": "project", "owner": "user", "creator": "user", "closed_by": "user", "sender": "user"}


def shapes(value: Any, parent: str = "", name: str = "body") -> Iterator[tuple[tuple[str, str], str]]:
    """Each place in a body, as the names of an object and of a key in it, with the type that stands there."""
    kinds = {bool: "bool", int: "number", float: "number", str: "text", type(None): "null"}
    if isinstance(value, dict):
        yield (parent, name), "object"
        for key, part in value.items():
            # The keys of these are file names.
            yield from shapes(part, SAME.get(name, name), "*" if name in {"files", "changed_files"} else key)
    elif isinstance(value, list):
        yield (parent, name), "list"
        for part in value:
            yield from shapes(part, parent, f"{name}[]")
    else:
        yield (parent, name), "any" if value == ANY else kinds[type(value)]


@pytest.fixture(scope="module")
def real_shapes(shared_data: Path) -> dict[tuple[str, str], set[str]]:
    """The types seen at each place of the real bodies, and of an update as Bodhi's REST API tells it."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    bodies = [
        decode(taken.payload)["body"]
        for line in lines_of(shared_data / "messages")
        for taken in messages_of_line(line)
        if isinstance(taken, Incoming)
    ]
    update = json.loads(next((shared_data / "bodhi-koji").rglob("FEDORA-EPEL-*.json")).read_bytes())
    # packit keeps webhooks without what the relay puts around them
    hooks = [{"body": body} for body in bodies if "sender" in body]
    for body in (*bodies, *hooks, {"update": update}):
        for place, kind in shapes(body):
            seen[place].add(kind)
    return seen


@pytest.mark.parametrize("record", MADE_UP, ids=[record["topic"] for record in MADE_UP])
def test_made_up_messages_have_the_keys_and_types_of_real_ones(
    record: Record, real_shapes: dict[tuple[str, str], set[str]]
) -> None:
    ours = dict(shapes(record["body"]))
    assert {place for place in ours if place not in real_shapes} <= TOLD_BY_FIELD_ONLY
    for place, kind in ours.items():
        seen = real_shapes.get(place, set())
        # A place where only null was seen says nothing of its type, and null stands for "not yet" anywhere.
        if seen - {"null"} and "any" not in seen and kind != "null":
            assert kind in seen, place


def test_the_same_story_has_the_same_ids_and_another_seed_others() -> None:
    once, again = (tag_message("foo-1-1.el9", "epel9", at=SENT) for _ in range(2))
    assert once["id"] == again["id"]
    assert once["id"] != tag_message("foo-1-1.el9", "epel9", at=SENT, seed="b")["id"]
    assert len({record["id"] for record in MADE_UP}) == len(MADE_UP)
