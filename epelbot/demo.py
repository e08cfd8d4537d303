# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The story that `epelbot demo` tells: a made-up EPEL 9, from bus messages and RPM files to held mails.

Nothing is staged: messages made with the publishers' classes go through the intake, RPM files on disk are
read down to the text in their payload, and the worker judges as it does in service. Only Koji, Bodhi,
dist-git and the list archive are the shipped fakes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from epelbot.domain.profile import Roles
from epelbot.ledger import Ledger
from epelbot.ledger.migrate import upgrade
from epelbot.services.intake import Intake, Taken
from epelbot.services.rulebook import Rulebook
from epelbot.services.worker import Worker
from epelbot.settings import Settings
from epelbot.settings import Sources as SourceSettings
from epelbot.shipped import load_calendar, load_profile
from epelbot.sources.koji_tree import RpmFolder
from epelbot.testing.mail import RecordingMailer
from epelbot.testing.recording import line_of, number_of
from epelbot.testing.story import README, Story
from epelbot.translate.envelope import from_line
from epelbot.translate.followed import Following

RELEASE_MANAGER = "rhonda"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo leaves behind, to be looked at with the same services as in earnest."""

    ledger: Ledger
    rulebook: Rulebook
    folder: Path
    taken: Taken
    rpms: int


def tell(folder: Path, now: datetime) -> Demo:
    """Tell the whole story into a ledger and RPM files under ``folder``; ``now`` is its last day."""
    story = _Tale(folder / "rpms").tell(now)
    ledger = Ledger(f"sqlite:///{folder / 'epelbot.db'}")
    upgrade(ledger)
    intake = Intake(ledger, Following(), lambda: now)
    taken = intake.take([from_line(line_of(one)) for one in story.messages], "ingest:before-commit")
    sources = SourceSettings(online=True)
    profile = replace(load_profile(), roles=Roles(release_managers=(RELEASE_MANAGER,)))
    rulebook = Rulebook(profile, load_calendar(), sources, date(2019, 2, 1))
    worker = Worker(
        ledger=ledger,
        rulebook=rulebook,
        sources=replace(story.sources, contents=RpmFolder(folder / "rpms")),
        mailer=RecordingMailer(),
        settings=Settings(sources=sources),
        clock=lambda: now,
        holder="demo",
    )
    worker.run(threading.Event(), until_idle=True)
    return Demo(ledger, rulebook, folder, taken, len(list((folder / "rpms").iterdir())))


class _Tale:
    """Eight packages of EPEL 9, each at another point of its life."""

    def __init__(self, rpms: Path) -> None:
        rpms.mkdir(parents=True)
        self.story = Story(rpms=rpms)

    def tell(self, now: datetime) -> Story:
        self.story.opens("epel8", "epel9")
        long_ago = now - 800 * _DAY
        for package, owner in (
            ("oldtool", "ann"),
            ("wrongcase", "bob"),
            ("hushed", "carol"),
            ("promised", "dave"),
            ("relapsed", "erin"),
            ("thriving", "grace"),
            ("vanished", "heidi"),
        ):
            self._lives(package, owner, long_ago)
        self._lives("newcomer", "frank", now - 120 * _DAY)
        self._leaves_as_it_should("oldtool", "ann", now - 40 * _DAY)
        self._names_the_file_wrongly("wrongcase", "bob", now - 40 * _DAY)
        self._ships("hushed", "1.0-2", now - 20 * _DAY, readme=README)
        self.story.announced("promised", "epel9", "dave", now - 10 * _DAY, "Upstream is dead since 2021.")
        self._leaves_as_it_should("relapsed", "erin", now - 60 * _DAY)
        self._ships("relapsed", "1.0-3", now - 20 * _DAY)
        self.story.announced("newcomer", "epel9", "frank", now - 30 * _DAY, "It is replaced by thriving.")
        self._ships("newcomer", "1.0-2", now - 28 * _DAY, readme=README)
        # Against the rules: nobody was told, and no build tells its users.
        self.story.killed("vanished", "epel9", "heidi", now - 6 * _DAY)
        self.story.untagged("vanished-1.0-1.el9", "epel9", now - 4 * _DAY)
        self.story.blocked("vanished", "epel9", now - 4 * _DAY)
        self.story.synced("9", now - _DAY)
        return self.story

    def _lives(self, package: str, owner: str, since: datetime) -> None:
        self.story.package(package, owner, since)
        self._ships(package, "1.0-1", since)

    def _leaves_as_it_should(self, package: str, owner: str, since: datetime) -> None:
        self.story.announced(package, "epel9", owner, since)
        self._ships(package, "1.0-2", since + 2 * _DAY, readme=README)

    def _names_the_file_wrongly(self, package: str, owner: str, since: datetime) -> None:
        self.story.announced(package, "epel9", owner, since)
        self._ships(package, "1.0-2", since + 2 * _DAY, readme=README, name="Readme-Retired.txt")

    def _ships(
        self,
        package: str,
        version: str,
        at: datetime,
        *,
        readme: bytes | None = None,
        name: str = "README-RETIRED.txt",
    ) -> None:
        """Build, test and push one version."""
        nvr = f"{package}-{version}.el9"
        alias = f"FEDORA-EPEL-{at:%Y}-{number_of(nvr):010x}"
        self.story.built(nvr, at, readme=readme, readme_name=name)
        self.story.submitted(alias, nvr, at + timedelta(hours=2))
        self.story.in_testing(alias, at + _DAY)
        self.story.stable(alias, at + 9 * _DAY)
        self.story.synced("9", at + 9 * _DAY + timedelta(hours=8))
