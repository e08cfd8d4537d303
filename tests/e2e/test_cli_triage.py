# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot triage`: a post by nobody that anybody knows, from the list to the queue and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from epelbot.cli.app import FINE, NO, USAGE
from epelbot.ledger import Ledger
from epelbot.ledger.migrate import upgrade
from epelbot.testing.story import Story
from tests.e2e.conftest import NOW, Shell
from tests.services.house import House

LONG_AGO = NOW - timedelta(days=800)


@pytest.fixture
def desk(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The shell of a release manager to whom two posts are left to judge."""
    story = Story()
    story.opens("epel9")
    for package in ("oldtool", "thriving"):
        story.package(package, "ann", LONG_AGO)
        story.shipped(f"{package}-1.0-1.el9", LONG_AGO)
    story.announced("oldtool", "epel9", "ann", NOW - timedelta(days=2), account=None)
    story.posted(
        "Re: Lunch",
        "I am going to retire thriving from epel9.\n",
        "bob",
        NOW - timedelta(days=1),
        in_reply_to="x@y",
    )
    url = f"sqlite:///{shell.home / 'epelbot.db'}"
    house = House(story, now=NOW)
    house.ledger = Ledger(url)
    upgrade(house.ledger)
    house.sees().ledger.close()
    monkeypatch.setenv("EPELBOT_DATABASE__URL", url)
    monkeypatch.setenv("EPELBOT_ROLES__RELEASE_MANAGERS", "rhonda")
    monkeypatch.setenv("EPELBOT_SOURCES__ONLINE", "true")
    monkeypatch.setenv("EPELBOT_POLICY__IN_FORCE_FROM", "2019-02-01")
    return shell


def settle(desk: Shell, post: str, *more: str, reason: str = "I asked her") -> tuple[int, str, str]:
    done = desk("triage", "settle", post, *more, "--as", "rhonda", "--reason", reason)
    return done.status, done.out, done.err


def test_the_list_and_what_follows_from_a_word_read_well(desk: Shell) -> None:
    listed = desk("triage", "list")
    assert (listed.status, listed.err) == (FINE, "")
    first, second = (row["post"] for row in desk("triage", "list", "--json").json)
    status, settled, err = settle(
        desk,
        first[:8],
        "--is",
        "retirement",
        "--package",
        "oldtool",
        "--collection",
        "epel9",
        "--category",
        "no-time",
    )
    assert (status, err) == (FINE, "")
    told = desk("explain", "oldtool", "--collection", "epel9").out
    assert settle(desk, second, "--is", "nothing", reason="he means lunch")[0] == FINE
    empty = desk("triage", "list").out
    undone = desk("triage", "undo", first, "--as", "rhonda", "--reason", "it was not her")
    assert (undone.status, undone.err) == (FINE, "")
    again = desk("explain", "oldtool", "--collection", "epel9").out
    pages = [listed.out, settled, told.split("\n\n")[1] + "\n", empty, undone.out, again.split("\n\n")[-1]]
    desk.golden("triage.txt", "\n".join(pages))
    assert desk("triage", "undo", first, "--as", "rhonda", "--reason", "once more").status == NO


def test_json_has_the_keys_that_stay(desk: Shell) -> None:
    rows = desk("triage", "list", "--json").json
    assert len(rows) == 2
    for row in rows:
        assert row.keys() >= {
            *("post", "url", "list", "posted_at", "subject", "from", "author"),
            *("understood", "unsure_because", "listings"),
        }
        assert row["understood"].keys() == {
            *("kind", "likely", "packages", "collections", "reason", "reason_category")
        }
        assert all(one.keys() == {"package", "collection"} for one in row["listings"])


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (("--is", "retirement", "--package", "oldtool"), "say where it is meant"),
        (("--is", "retirement", "--collection", "epel9"), "say which packages the retirement is about"),
        (("--is", "offer", "--package", "nosuch", "--everywhere"), "nosuch is not known"),
        (("--is", "nothing", "--package", "oldtool"), "is about no package"),
        (("--is", "guess"), "is not one of"),
    ],
)
def test_a_word_that_makes_no_sense_is_a_mistake(desk: Shell, how: tuple[str, ...], why: str) -> None:
    post = desk("triage", "list", "--json").json[0]["post"]
    status, out, err = settle(desk, post, *how)
    assert (status, out, why in err) == (USAGE, "", True)


def test_a_post_that_was_never_seen_is_a_no(desk: Shell) -> None:
    status, _, err = settle(desk, "NOSUCH", "--is", "nothing")
    assert (status, "is no post that epelbot has seen" in err) == (NO, True)
