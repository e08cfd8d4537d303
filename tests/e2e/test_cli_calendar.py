# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot calendar` and `lifetime`: the two that need no database."""

from __future__ import annotations

from pathlib import Path

from epelbot.cli.app import FINE
from tests.e2e.conftest import Shell

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


class TestLifetime:
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
