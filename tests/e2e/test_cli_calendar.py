# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot calendar` and `lifetime`: both answer without a database, and better with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from epelbot.cli.app import CANNOT_KNOW, FINE, USAGE
from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT, Event, Kind
from epelbot.testing.server import serve
from epelbot.testing.server_calendar import endoflife_route, red_hat_route
from epelbot.testing.server_koji import koji_route
from epelbot.testing.world import World
from tests.e2e.conftest import Shell

ROLES = {"EPELBOT_ROLES__RELEASE_MANAGERS": "rhonda"}
CALENDAR = """
checked = 2026-11-01
[sources.me]
authority = "person"
[sources.you]
url = "https://calendar.example/rhel"
[sources.us]
[rhel.9]
end_of_maintenance = { day = 2032-05-31, source = "me" }
[rhel.9.ga]
0 = [{ day = 2026-05-01, source = "you" }, { day = 2026-05-02, source = "us" }]
1 = [{ day = 2026-11-20, source = "me" }]
[rhel.10]
end_of_maintenance = { day = 2035-05-31, source = "me" }
final_minor = 3
[rhel.10.ga]
0 = [{ day = 2026-05-20, source = "me" }]
1 = [{ day = 2026-12-01, source = "me" }]
[rhel.10.branched]
0 = [{ day = 2026-02-18, source = "me" }]
1 = [{ day = 2026-08-18, source = "me" }]
"""


def test_the_shipped_calendar_reads_well(shell: Shell) -> None:
    done = shell("calendar")
    assert (done.status, done.err) == (FINE, "")
    shell.golden("calendar.txt", done.out)


def test_a_calendar_of_one_s_own_shows_overdue_minors_disagreement_and_branchings(
    shell: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "calendar.toml"
    path.write_text(CALENDAR)
    done = shell("calendar", EPELBOT_POLICY__CALENDAR=str(path))
    assert (done.status, done.err) == (FINE, "")
    shell.golden("calendar-own.txt", done.out)


def test_one_major_alone(shell: Shell) -> None:
    done = shell("calendar", "--major", "9", "--json")
    (nine,) = done.json["majors"]
    assert nine["major"] == 9
    assert nine["end_of_maintenance"]["day"] == "2032-05-31"
    assert nine["final_minor"] == "9.10"


def test_json_tells_facts_from_projections_each_with_its_source(shell: Shell) -> None:
    told = shell("calendar", "--json").json
    assert [one["major"] for one in told["majors"]] == [7, 8, 9, 10]
    minors = {minor["minor"]: minor for major in told["majors"] for minor in major["minors"]}
    assert (minors["9.6"]["day"], minors["9.6"]["projected"]) == ("2025-05-20", False)
    assert (minors["9.9"]["projected"], minors["9.9"]["overdue"]) == (True, True)
    assert (minors["9.10"]["projected"], minors["9.10"]["final"]) == (True, True)
    assert minors["10.0"]["branched"]["day"] == "2025-02-18"
    assert minors["9.6"]["branched"] is None
    assert all(
        source["url"].startswith("https://") for minor in minors.values() for source in minor["sources"]
    )


class TestADayThatAPersonGives:
    def test_it_is_shown_with_its_author_and_reason(self, shell: Shell) -> None:
        added = [
            shell("calendar", "add", *words, "--as", "rhonda", **ROLES)
            for words in (
                ("9.9", "2026-12-08", "--reason", "announced by Red Hat"),
                ("9.0", "2022-05-17", "--reason", "the press release"),
                ("epel10.1", "2025-09-02", "--kind", "branching", "--reason", "the mass branching"),
            )
        ]
        assert {(done.status, done.err) for done in added} == {(FINE, "")}
        shell.golden("calendar-added.txt", "".join(done.out for done in added) + shell("calendar").out)

    def test_it_counts_for_lifetime_too_until_it_is_removed(self, shell: Shell) -> None:
        asked = ("lifetime", "--collection", "epel9", "--entered", "2026-02-15", "--json")
        who = ("--as", "rhonda", "--reason", "seen")
        before = shell(*asked).json
        shell("calendar", "add", "9.9", "2026-11-20", *who, **ROLES)
        assert (shell(*asked).json["ends"], shell(*asked).json["over"]) == ("2026-11-20", True)
        assert shell("calendar", "remove", "9.9", *who, **ROLES).out.startswith(
            "Taken back: rhonda's word on"
        )
        assert shell(*asked).json == before

    def test_json_says_what_was_kept(self, shell: Shell) -> None:
        words = ("--as", "rhonda", "--reason", "seen", "--json")
        told = shell("calendar", "add", "9.10", "--kind", "final", *words, **ROLES).json
        assert told == {
            "kind": "final",
            "major": 9,
            "minor": "9.10",
            "day": None,
            "source": "person",
            "learnt_at": "2026-11-23T12:00:00+00:00",
            "author": "rhonda",
            "reason": "seen",
            "withdrawn": False,
            "listings_due": 0,
        }
        shown = shell("calendar", "add", "9", "2032-06-30", "--kind", "end-of-maintenance", *words, **ROLES)
        assert shown.json["minor"] is None
        (nine,) = shell("calendar", "--major", "9", "--json").json["majors"]
        assert nine["end_of_maintenance"]["author"] == "rhonda"
        assert [one["source"] for one in nine["other_ends_of_maintenance"]] == ["red-hat-life-cycle"]

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (("9.9",), "a DAY is missing, such as 2026-11-23; see 'epelbot calendar add --help'"),
            (("9.9", "2026-12-08", "--kind", "final"), "the last minor has no day"),
            (("9", "2026-12-08"), "'9' is no minor release of RHEL"),
            (
                ("9.9", "2032-05-31", "--kind", "end-of-maintenance"),
                "'9.9' is no major of RHEL; give one such as 9",
            ),
            (("9.9", "soon"), "'soon' is no day; write it as 2026-11-23"),
            (("9.9", "2026-05-01"), "which is not after 9.8 on 2026-05-20: one of the days is wrong; check"),
        ],
    )
    def test_what_cannot_be_is_one_sentence_and_a_usage_error(
        self, shell: Shell, words: tuple[str, ...], complaint: str
    ) -> None:
        done = shell("calendar", "add", *words, "--as", "rhonda", "--reason", "seen", **ROLES)
        assert done.status == USAGE
        assert complaint in done.complaint

    def test_options_stand_after_the_word_that_they_are_for(self, shell: Shell) -> None:
        done = shell(
            "calendar", "--json", "add", "9.9", "2026-12-08", "--as", "rhonda", "--reason", "x", **ROLES
        )
        assert done.status == USAGE
        assert done.complaint == "put options after 'add'; see 'epelbot calendar --help'"


class TestRefresh:
    @pytest.fixture
    def world(self) -> World:
        """A Fedora and two publishers, as they may be on the day of these tests."""
        end = {Event(Kind.END, 9): date(2032, 5, 31), Event(Kind.END, 10): date(2035, 5, 31)}
        return World(
            published={
                ENDOFLIFE: {
                    Event(Kind.GA, 9, 0): date(2022, 5, 18),
                    Event(Kind.GA, 10, 0): date(2025, 5, 20),
                    Event(Kind.GA, 9, 9): date(2026, 11, 18),
                    Event(Kind.GA, 10, 3): date(2026, 11, 19),
                    **end,
                },
                RED_HAT: {Event(Kind.GA, 9, 0): date(2022, 5, 18), Event(Kind.GA, 10, 0): date(2025, 5, 20)}
                | end,
            },
            tags_made={
                "epel10.0": datetime(2024, 8, 30, 12, tzinfo=UTC),
                "epel10.1": datetime(2025, 2, 18, 15, tzinfo=UTC),
                "epel10.2": datetime(2025, 9, 2, 14, tzinfo=UTC),
                "epel10.3": datetime(2026, 3, 3, 14, tzinfo=UTC),
                "epel10.4": datetime(2026, 9, 1, 14, tzinfo=UTC),
            },
        )

    @pytest.fixture
    def where(self, world: World) -> Iterator[dict[str, str]]:
        """Settings that lead to that world."""
        with serve(world, koji_route, endoflife_route, red_hat_route) as server:
            yield {
                "EPELBOT_SOURCES__KOJI__HUB": f"{server.url}/kojihub",
                "EPELBOT_SOURCES__ENDOFLIFE__URL": f"{server.url}/endoflife/",
                "EPELBOT_SOURCES__RED_HAT__URL": f"{server.url}/red-hat/products",
            }

    def test_it_shows_what_is_new_and_what_is_disputed_and_a_second_time_nothing(
        self, shell: Shell, where: dict[str, str]
    ) -> None:
        first, second = shell("calendar", "refresh", **where), shell("calendar", "refresh", **where)
        assert {(done.status, done.err) for done in (first, second)} == {(FINE, "")}
        shell.golden("calendar-refresh.txt", first.out + second.out + shell("calendar").out)

    def test_json_tells_each_change(self, shell: Shell, where: dict[str, str]) -> None:
        told = shell("calendar", "refresh", "--json", **where).json
        assert [one["source"] for one in told["sources"]] == ["endoflife.date", "red-hat-life-cycle", "koji"]
        branched = {one["minor"]: one["day"] for one in told["sources"][2]["changes"]}
        assert branched == {
            "10.0": "2025-02-18",
            "10.1": "2025-09-02",
            "10.2": "2026-03-03",
            "10.3": "2026-09-01",
        }
        assert told["conflicts"] == [
            "Sources disagree on 9.0: 2022-05-17 (red-hat-article) or 2022-05-18 (red-hat-life-cycle)."
        ]

    def test_one_that_is_down_is_one_sentence_and_the_others_days_are_kept(
        self, shell: Shell, where: dict[str, str]
    ) -> None:
        nowhere = where | {"EPELBOT_SOURCES__RED_HAT__URL": "http://127.0.0.1:9/"}
        done = shell("calendar", "refresh", **nowhere)
        assert done.status == CANNOT_KNOW
        assert done.err.count("\n") == 1
        assert done.err.startswith("epelbot: 127.0.0.1:9 can't be reached")
        assert "endoflife.date: 2026-11-18 for the GA of RHEL 9.9." in done.out

    def test_a_day_that_cannot_be_is_one_sentence_and_nothing_of_that_answer_is_kept(
        self, shell: Shell, world: World, where: dict[str, str]
    ) -> None:
        world.published[ENDOFLIFE][Event(Kind.GA, 10, 3)] = date(2062, 11, 19)
        done = shell("calendar", "refresh", **where)
        assert done.status == CANNOT_KNOW
        assert done.err.startswith(
            "epelbot: endoflife.date gives 2062-11-19 for the GA of RHEL 10.3, which cannot"
        )
        (nine,) = shell("calendar", "--major", "9", "--json").json["majors"]
        assert next(one for one in nine["minors"] if one["minor"] == "9.9")["projected"]

    def test_one_that_is_switched_off_is_not_asked(self, shell: Shell, where: dict[str, str]) -> None:
        off = where | {"EPELBOT_SOURCES__RED_HAT__URL": ""}
        told = shell("calendar", "refresh", "--json", **off).json
        assert [one["source"] for one in told["sources"]] == ["endoflife.date", "koji"]


def test_without_the_ledger_the_shipped_calendar_answers_and_says_so(shell: Shell) -> None:
    nowhere = {"EPELBOT_DATABASE__URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing"}
    done = shell("calendar", "--major", "8", "--json", **nowhere)
    assert done.status == FINE
    assert done.json["majors"][0]["major"] == 8
    assert done.err.startswith(
        "epelbot: by the shipped calendar alone, since what was learnt cannot be read: "
    )
    assert done.err.count("\n") == 1


class TestLifetime:
    def test_a_trailing_collection_that_does_not_exist_yet(self, shell: Shell) -> None:
        done = shell("lifetime", "--collection", "epel10.7", "--entered", "2026-06-01")
        assert done.status == USAGE
        assert done.complaint == (
            "there is no epel10.7 yet, as far as the calendar knows on 2026-11-23: RHEL 10.7 is neither "
            "branched nor out; ask about epel10 instead"
        )

    def test_a_commitment_that_is_over(self, shell: Shell) -> None:
        done = shell("lifetime", "--collection", "epel9", "--entered", "2024-06-03")
        assert done.status == FINE
        shell.golden("lifetime.txt", done.out)

    def test_a_commitment_that_rests_on_a_projection(self, shell: Shell) -> None:
        done = shell("lifetime", "--collection", "epel9", "--entered", "2026-06-15")
        shell.golden("lifetime-projected.txt", done.out)

    def test_json_has_the_keys_that_stay(self, shell: Shell) -> None:
        told = shell("lifetime", "--collection", "epel9", "--entered", "2026-06-15", "--json").json
        kept = {"entered", "ends", "by", "first_whole_minor", "projected", "latest", "overdue", "over"}
        assert kept | {"explanation"} <= told.keys()
        assert (told["ends"], told["latest"], told["projected"]) == ("2027-05-20", "2027-07-15", True)
