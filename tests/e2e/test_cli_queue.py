# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The release manager's morning: `queue`, `explain`, the decisions, and the outbox, on the demo's EPEL 9."""

from __future__ import annotations

from pathlib import Path

import pytest

from epelbot.cli.app import FINE, NO, USAGE
from epelbot.demo import RELEASE_MANAGER, tell
from tests.e2e.conftest import NOW, Shell

KEYS_OF_EXPLAIN = {
    "package",
    "collection",
    "as_of",
    "verdict",
    "summary",
    "lifetime",
    "retirement",
    "findings",
}
KEYS_OF_QUEUE = {
    "package",
    "collection",
    "state",
    "steps",
    "lifetime_ends",
    "earliest_compose",
    "verdict",
    "summary",
}
STEPS = {"announced", "final_build", "in_updates", "release_manager_told"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger that the demo leaves, made once and copied for each test."""
    told = tell(tmp_path_factory.mktemp("demo") / "story", NOW)
    # All of it into the one file that is copied.
    told.ledger.close()
    return told.folder / "epelbot.db"


@pytest.fixture
def desk(shell: Shell, demo: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The shell of somebody whose epelbot has judged the demo's story."""
    copy = shell.home / "epelbot.db"
    copy.write_bytes(demo.read_bytes())
    monkeypatch.setenv("EPELBOT_DATABASE__URL", f"sqlite:///{copy}")
    monkeypatch.setenv("EPELBOT_ROLES__RELEASE_MANAGERS", RELEASE_MANAGER)
    monkeypatch.setenv("EPELBOT_SOURCES__ONLINE", "true")
    monkeypatch.setenv("EPELBOT_POLICY__IN_FORCE_FROM", "2019-02-01")
    return shell


def decided(desk: Shell, action: str, *more: str) -> tuple[int, str, str]:
    done = desk(
        action, "oldtool", "--collection", "epel9", "--as", RELEASE_MANAGER, "--reason", "as announced", *more
    )
    return done.status, done.out, done.err


class TestQueue:
    def test_reads_well(self, desk: Shell) -> None:
        done = desk("queue")
        # One of them is violated.
        assert (done.status, done.err) == (NO, "")
        desk.golden("queue.txt", done.out)

    def test_json_has_the_keys_that_stay(self, desk: Shell) -> None:
        rows = desk("queue", "--json").json
        for row in rows:
            assert row.keys() >= KEYS_OF_QUEUE
            assert row["steps"].keys() == STEPS
            if row["package"] != "vanished":
                assert row["earliest_compose"].keys() >= {"minor", "name", "day", "projected"}
        by_package = {row["package"]: row for row in rows}
        assert by_package["oldtool"]["state"] == "queued"
        assert all(by_package["oldtool"]["steps"].values())

    def test_of_a_collection_that_nobody_leaves(self, desk: Shell) -> None:
        done = desk("queue", "--collection", "epel8")
        assert (done.status, done.out) == (FINE, "No retirement and no violation is known in epel8.\n")
        assert desk("queue", "--collection", "epel8", "--json").json == []


class TestExplain:
    @pytest.mark.parametrize("package", ["oldtool", "wrongcase", "thriving"])
    def test_reads_well(self, desk: Shell, package: str) -> None:
        done = desk("explain", package)
        assert (done.status, done.err) == (FINE, "")
        desk.golden(f"explain-{package}.txt", done.out)

    def test_json_has_the_keys_that_stay(self, desk: Shell) -> None:
        told = desk("explain", "oldtool", "--collection", "epel9", "--json").json
        assert told.keys() >= KEYS_OF_EXPLAIN
        assert told["lifetime"].keys() >= {
            "entered",
            "ends",
            "by",
            "first_whole_minor",
            "projected",
            "latest",
            "overdue",
            "over",
        }
        assert told["retirement"].keys() >= {"state", "steps", "reason", "earliest_compose"}
        for finding in told["findings"]:
            assert finding.keys() >= {
                "rule",
                "verdict",
                "measured",
                "required",
                "flips_on",
                "remedy",
                "waivable_by",
                "evidence",
            }
            assert all(one.keys() == {"what", "url", "at"} for one in finding["evidence"])

    def test_without_a_collection_json_is_a_list(self, desk: Shell) -> None:
        (only,) = desk("explain", "oldtool", "--json").json
        assert only["collection"] == "epel9"

    def test_as_of_a_day_before_it_all_began(self, desk: Shell) -> None:
        told = desk("explain", "oldtool", "--collection", "epel9", "--at", "2026-01-01", "--json").json
        assert (told["as_of"], told["retirement"]) == ("2026-01-01", None)

    def test_a_collection_that_it_is_not_in_is_a_no(self, desk: Shell) -> None:
        done = desk("explain", "oldtool", "--collection", "epel8")
        assert (done.status, "oldtool is not known in epel8" in done.complaint) == (NO, True)


class TestDecisions:
    def test_an_approval_comes_with_the_exact_commands(self, desk: Shell) -> None:
        status, out, err = decided(desk, "approve")
        assert (status, err) == (FINE, "")
        desk.golden("approve.txt", out)
        assert (
            desk("explain", "oldtool", "--collection", "epel9", "--json").json["retirement"]["state"]
            == "approved"
        )

    def test_a_deferral_names_its_minor(self, desk: Shell) -> None:
        status, out, _ = decided(desk, "defer", "--to", "9.10")
        assert (status, "stays until RHEL 9.10" in " ".join(out.split())) == (FINE, True)

    def test_a_minor_that_cannot_be_is_refused(self, desk: Shell) -> None:
        assert decided(desk, "defer", "--to", "9.11")[0] == USAGE

    def test_a_rejection_stands_in_the_queue(self, desk: Shell) -> None:
        assert decided(desk, "reject")[0] == FINE
        states = {row["package"]: row["state"] for row in desk("queue", "--json").json}
        assert states["oldtool"] == "rejected"

    def test_a_stranger_may_not_decide(self, desk: Shell) -> None:
        done = desk("approve", "oldtool", "--collection", "epel9", "--as", "mallory", "--reason", "because")
        assert "mallory is no release manager" in done.complaint
        assert done.status == USAGE

    def test_what_is_not_complete_cannot_be_approved(self, desk: Shell) -> None:
        done = desk(
            "approve", "promised", "--collection", "epel9", "--as", RELEASE_MANAGER, "--reason", "now"
        )
        assert "promised in epel9 is announced, so you cannot approve it" in done.complaint
        assert done.status == NO


class TestOutbox:
    def test_list_reads_well(self, desk: Shell) -> None:
        done = desk("outbox", "list")
        assert (done.status, done.err) == (FINE, "")
        desk.golden("outbox-list.txt", done.out)

    def test_json_has_the_keys_that_stay(self, desk: Shell) -> None:
        rows = desk("outbox", "list", "--json").json
        assert {one["status"] for one in rows} == {"held"}
        kept = {
            "id",
            "kind",
            "about",
            "to",
            "subject",
            "status",
            "created_at",
            "sent_at",
            "attempts",
            "last_error",
        }
        assert all(one.keys() >= kept for one in rows)

    def test_show_is_the_mail_as_its_receiver_will_see_it(self, desk: Shell) -> None:
        number = desk("outbox", "list", "--json").json[0]["id"]
        done = desk("outbox", "show", str(number))
        assert "\nAuto-Submitted: auto-generated\n" in done.out
        assert desk("outbox", "show", str(number), "--json").json["text"] == done.out.removesuffix("\n")

    def test_release_and_discard_are_for_what_has_not_happened(self, desk: Shell) -> None:
        first, second = (str(one["id"]) for one in desk("outbox", "list", "--json").json[:2])
        assert desk("outbox", "release", first).status == FINE
        assert desk("outbox", "discard", second).status == FINE
        statuses = {str(one["id"]): one["status"] for one in desk("outbox", "list", "--json").json}
        assert (statuses[first], statuses[second]) == ("due", "discarded")
        assert desk("outbox", "release", second).status == USAGE

    def test_a_stop_is_shown_with_who_and_why_until_it_is_lifted(self, desk: Shell) -> None:
        assert desk("outbox", "stop", "--as", "ann", "--reason", "too many").status == FINE
        assert "ann stopped delivery on 2026-11-23 12:00 UTC: too many" in desk("outbox", "list").out
        assert desk("outbox", "start", "--as", "ann", "--reason", "mended").out == "Delivery goes on.\n"


class TestMayRetire:
    def test_a_no_reads_well_and_is_1(self, desk: Shell) -> None:
        done = desk("may-retire", "oldtool", "--collection", "epel9")
        assert (done.status, done.err) == (NO, "")
        desk.golden("may-retire-no.txt", done.out)

    def test_approved_it_waits_for_its_compose(self, desk: Shell) -> None:
        decided(desk, "approve")
        done = desk("may-retire", "oldtool", "--collection", "epel9")
        assert done.status == NO
        desk.golden("may-retire-approved.txt", done.out)

    def test_json_is_one_document_with_the_keys_that_stay(self, desk: Shell) -> None:
        done = desk("may-retire", "oldtool", "--collection", "epel9", "--json")
        assert done.json.keys() >= KEYS_OF_EXPLAIN | {"may_retire", "because", "ground"}
        assert (done.status, done.json["may_retire"]) == (NO, "no")

    def test_an_unknown_package_is_a_no(self, desk: Shell) -> None:
        done = desk("may-retire", "nosuch", "--collection", "epel9")
        assert (done.status, "nosuch is not known in epel9" in done.complaint) == (NO, True)

    def test_an_unknown_collection_is_a_mistake(self, desk: Shell) -> None:
        assert desk("may-retire", "oldtool", "--collection", "epel6").status == USAGE


class TestWaivers:
    def test_a_waiver_reads_well_wherever_it_shows(self, desk: Shell) -> None:
        about = ("promised", "--collection", "epel9", "--as", RELEASE_MANAGER)
        done = desk("waive", *about, "--rule", "r2", "--until", "2026-12-31", "--reason", "it does not build")
        assert (done.status, done.err) == (FINE, "")
        told = desk("explain", "promised", "--collection", "epel9")
        row = next(line for line in desk("queue").out.splitlines() if line.startswith("promised"))
        taken = desk("undo", *about, "--reason", "it does build")
        assert (taken.status, taken.err) == (FINE, "")
        again = desk("explain", "promised", "--collection", "epel9")
        assert desk("undo", *about, "--reason", "once more").status == NO
        pages = [done.out, told.out, row + "\n", taken.out, again.out.split("\n\n")[-1]]
        desk.golden("waive.txt", "\n".join(pages))

    def test_json_names_the_waiver_and_the_log(self, desk: Shell) -> None:
        about = (
            "promised",
            "--collection",
            "epel9",
            "--as",
            RELEASE_MANAGER,
            "--reason",
            "because",
            "--json",
        )
        told = desk("waive", *about, "--rule", "R2", "--until", "2026-12-31").json
        (waived,) = [one for one in told["findings"] if one["verdict"] == "waived"]
        assert waived["waiver"].keys() >= {"by", "at", "reason", "until", "post", "build"}
        (logged,) = desk("undo", *about).json["decisions"]
        assert logged.keys() >= {"what", "by", "at", "reason", "ended"}
        assert logged["ended"] == "undone by rhonda on 2026-11-23: because"

    def test_a_rule_that_nobody_may_waive_is_a_mistake(self, desk: Shell) -> None:
        done = desk(
            *("waive", "promised", "--collection", "epel9", "--as", RELEASE_MANAGER, "--reason", "because"),
            *("--rule", "R4", "--until", "2026-12-31"),
        )
        assert (done.status, "nobody may waive R4" in done.complaint) == (USAGE, True)
