# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot policy`: rules in words, and two profiles compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from epelbot.cli.app import FINE, USAGE
from tests.e2e.conftest import Shell

STRICT = """
[lifetime]
minor_releases = 2
months = 20
partial_minor_counts = true
[readme]
scope = "every"
words = ["gone"]
[roles]
entitled_groups = ["epel-packagers-sig", "@releng"]
[discussion]
security_days = 7
no_time_days = 14
"""


@pytest.mark.parametrize("profile", ["release-based-lifetimes", "epel-current"])
def test_a_shipped_profile_in_words(shell: Shell, profile: str) -> None:
    done = shell("policy", "show", profile)
    assert (done.status, done.err) == (FINE, "")
    shell.golden(f"policy-{profile}.txt", done.out)


def test_the_words_have_the_profile_s_own_numbers(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    path.write_text(STRICT)
    done = shell("policy", "show", str(path))
    shell.golden("policy-strict.txt", done.out)
    in_force = shell("policy", "show", "--json", EPELBOT_POLICY__PROFILE=str(path))
    assert in_force.json["profile"] == "strict"
    assert in_force.json["rules"][0]["words"].startswith("A package is kept for 2 whole minors of RHEL or 20")


def test_what_the_demo_s_listings_would_be_under_another_profile(shell: Shell, tmp_path: Path) -> None:
    assert shell("demo", "--keep", str(tmp_path / "demo")).status == FINE
    ledger = f"sqlite:///{tmp_path}/demo/epelbot.db"
    profiles = ("release-based-lifetimes", "epel-current")
    done = shell("policy", "compare", *profiles, EPELBOT_DATABASE__URL=ledger)
    assert (done.status, done.err) == (FINE, "")
    assert done.out.startswith("6 of 8 listings are judged differently")
    assert max(map(len, done.out.splitlines())) <= 80
    found = shell("policy", "compare", *profiles, "--json", EPELBOT_DATABASE__URL=ledger).json
    assert found["listings"] == 8
    assert [one["package"] for one in found["differences"]][:2] == ["hushed", "newcomer"]
    assert found["differences"][0]["one"]["rules"]["R1"] == "must-act"
    alike = shell("policy", "compare", profiles[0], profiles[0], EPELBOT_DATABASE__URL=ledger)
    assert alike.out.startswith("All 8 listings are judged alike under ")


def test_an_unknown_profile_is_named_with_those_there_are(shell: Shell) -> None:
    done = shell("policy", "compare", "epel-curent", "epel-current")
    assert done.status == USAGE
    assert "no policy profile 'epel-curent'" in done.complaint
    assert "epel-current, release-based-lifetimes" in done.complaint
