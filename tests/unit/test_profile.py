# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policy profiles: the policy's own numbers, and files that are wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from epelbot import shipped
from epelbot.domain.profile import Profile
from epelbot.errors import ConfigError
from epelbot.shipped import load_profile


class TestDefaultProfile:
    def test_it_has_the_numbers_of_the_policy(self) -> None:
        profile = load_profile()
        assert profile.name == "release-based-lifetimes"
        assert (profile.lifetime.minor_releases, profile.lifetime.months) == (1, 13)
        assert profile.lifetime.partial_minor_counts is False
        assert profile.calendar.cadence_months == 6
        assert profile.undo_days == 14
        assert (profile.readme.name, profile.readme.scope) == ("README-RETIRED.txt", "any")
        assert profile.readme.words == ("retired", "retirement")
        assert profile.retirement.stall_weeks == 4
        assert (profile.grace_hours, profile.show_days) == (48, 400)
        assert profile.abi.announce_window_days == 30
        assert profile.lists.announce == "epel-devel"
        assert (profile.roles.entitled_groups, profile.roles.release_managers, profile.roles.committee) == (
            (),
            (),
            (),
        )
        assert profile.rhel.repositories == ()
        assert profile.in_force_from is None

    def test_its_file_says_what_the_code_would_assume(self) -> None:
        assert load_profile("release-based-lifetimes") == Profile()


class TestOwnProfile:
    def test_it_is_called_like_its_file_and_says_only_what_differs(self, tmp_path: Path) -> None:
        path = tmp_path / "short.toml"
        path.write_text('in_force_from = 2027-01-01\n[lifetime]\nmonths = 9\n[readme]\nscope = "every"\n')
        profile = load_profile(str(path))
        assert profile.name == "short"
        assert (profile.lifetime.months, profile.lifetime.minor_releases) == (9, 1)
        assert profile.readme.scope == "every"
        assert profile.in_force_from == date(2027, 1, 1)

    def test_a_name_that_is_not_shipped_is_refused_with_those_that_are(self) -> None:
        with pytest.raises(ConfigError, match=r"no policy profile 'strict': .*release-based-lifetimes"):
            load_profile("strict")

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            (
                "[lifetime]\nmonth = 9",
                r"unknown key 'month' in \[lifetime\]: the valid ones are minor_releases",
            ),
            ("undo = 9", "unknown key 'undo': the valid ones are lifetime, calendar, readme"),
            ('name = "mine"', "unknown key 'name'"),
            ("[lifetime]\nmonths = 0", "months must be at least 1, not 0"),
            ("[lifetime]\nmonths = true", "lifetime.months is true but must be a whole number"),
            ("[lifetime]\nmonths = 12.5", "lifetime.months is 12.5 but must be a whole number"),
            ("[lifetime]\nminor_releases = -1", "minor_releases must be at least 1, not -1"),
            ("lifetime = 3", "lifetime"),
            ("[calendar]\ncadence_months = 0", "cadence_months must be at least 1"),
            ("undo_days = -1", "undo_days must be at least 0"),
            ('[readme]\nscope = "all"', "scope"),
            ("[readme]\nwords = []", "words must not be empty"),
            ('[readme]\nwords = [" "]', "words must not be empty"),
            ('[readme]\nname = "doc/README"', "without a folder"),
            ("[retirement]\nstall_weeks = 0", "stall_weeks must be at least 1"),
            ("[abi]\nannounce_window_days = 0", "announce_window_days must be at least 1"),
            ('[lists]\nannounce = ""', "announce must not be empty"),
            ("[roles]\ncommittee = [1]", "committee"),
            ('in_force_from = "soon"', "in_force_from"),
            ("[lifetime", "not valid TOML"),
        ],
    )
    def test_what_is_wrong_with_it_is_said_in_one_sentence(
        self, tmp_path: Path, text: str, complaint: str
    ) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(text)
        with pytest.raises(ConfigError, match=complaint) as refused:
            load_profile(str(path))
        assert str(path) in str(refused.value)
        assert "\n" not in str(refused.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be read: No such file"):
            load_profile(str(tmp_path / "none.toml"))


class TestDigest:
    def test_it_changes_with_any_setting(self) -> None:
        base = Profile()
        others = [
            replace(base, name="other"),
            replace(base, undo_days=15),
            replace(base, lifetime=replace(base.lifetime, partial_minor_counts=True)),
            replace(base, roles=replace(base.roles, committee=("@committee",))),
            replace(base, in_force_from=date(2027, 1, 1)),
        ]
        assert len({profile.digest for profile in (base, *others)}) == len(others) + 1

    def test_it_is_the_same_for_the_same_settings(self) -> None:
        assert load_profile().digest == Profile().digest


class TestShippedFolders:
    def test_in_a_checkout_they_lie_beside_the_package(self) -> None:
        assert (shipped.config_folder() / "calendar.toml").is_file()
        assert shipped.migrations_folder().is_dir()

    def test_in_a_wheel_they_lie_inside_the_package_and_win(self, tmp_path: Path) -> None:
        (tmp_path / "config").mkdir()
        inside = tmp_path / "epelbot" / "_config"
        inside.mkdir(parents=True)
        assert shipped._folder("config", tmp_path / "epelbot") == inside

    def test_where_they_are_missing_a_sentence_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="install epelbot again"):
            shipped._folder("config", tmp_path / "epelbot")
