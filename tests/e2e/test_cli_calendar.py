# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot calendar` and `lifetime`: the two that need no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from epelbot.cli.app import FINE, USAGE
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
