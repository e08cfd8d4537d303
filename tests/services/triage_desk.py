# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desk of a release manager who settles posts: a small village, and short words for what is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from epelbot.domain.collection import Collection
from epelbot.domain.evidence import Settled
from epelbot.domain.post import Meaning, Post, Reason
from epelbot.services.settle import Settlement, settle, unsettle
from epelbot.services.triage import Waiting, triage
from epelbot.testing.story import Story
from tests.services.house import House

START = datetime(2024, 10, 1, 9, tzinfo=UTC)
END = START + timedelta(days=730)
A_DAY = timedelta(days=1)
EPEL9 = Collection(9)


def village() -> House:
    """Two packages of ann's that live in EPEL 9, and nobody has said anything yet."""
    story = Story()
    story.opens("epel9")
    for package in ("oldtool", "newtool"):
        story.package(package, "ann", START)
        story.shipped(f"{package}-1.0-1.el9", START)
    return House(story).sees()


def post_by_nobody(house: House, *, archived: bool = True) -> Post:
    """A clear announcement, but the bus does not tell whose account it is."""
    post = house.story.announced("oldtool", "epel9", "ann", END, account=None, archived=archived)
    house.sees()
    return post


def waiting(house: House) -> tuple[Waiting, ...]:
    return triage(house.ledger, house.rulebook, house.now)


def settled(
    house: House,
    post: Post,
    *packages: str,
    meaning: Meaning = Meaning.RETIREMENT,
    everywhere: bool = False,
    author: str = "smooge",
    reason: str = "I know her",
) -> tuple[Settled, ...]:
    wish = Settlement(
        post.hash,
        meaning,
        packages,
        None if everywhere or not packages else (EPEL9,),
        author,
        reason,
        leaves_because="no time" if meaning is Meaning.RETIREMENT else None,
        category=Reason.NO_TIME if meaning is Meaning.RETIREMENT else None,
    )
    return settle(house.ledger, house.rulebook, wish, house.now)


def unsettled(house: House, post: Post, author: str = "smooge") -> Settled:
    return unsettle(
        house.ledger, house.rulebook, post.hash, house.now, author=author, reason="it was not hers"
    )
