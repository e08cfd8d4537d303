# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that wires real adapters to services and faces."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from epelbot.cli import run

if TYPE_CHECKING:
    import threading

    from epelbot.actions.smtp import SmtpMailer
    from epelbot.consumer import Bus
    from epelbot.http import Http
    from epelbot.ledger import Ledger
    from epelbot.ports import (
        BuildContentsSource,
        CalendarSource,
        InterfaceFiles,
        InterfacesInKoji,
        RpmFiles,
        Sources,
    )
    from epelbot.services.intake import Intake, Taken
    from epelbot.services.rulebook import Rulebook
    from epelbot.settings import Loaded, Settings
    from epelbot.sources.koji_hub import KojiHub
    from epelbot.sources.repodata import RepositoryIndex


class RealWiring:
    """The wiring of a real installation. Imports come with use: ``epelbot --help`` needs none of them."""

    def __init__(self, config: str | None) -> None:
        self._config = config

    @cached_property
    def loaded(self) -> Loaded:
        """The settings and where they came from; raises `ConfigError`."""
        from epelbot.settings import load_with_origins

        return load_with_origins(self._config)

    @property
    def settings(self) -> Settings:
        """The settings; raises `ConfigError`."""
        return self.loaded.settings

    @cached_property
    def bare_ledger(self) -> Ledger:
        """The ledger as it is, for setting it up."""
        from epelbot.ledger import Ledger

        return Ledger(self.settings.database.url_with_password)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger, its schema up to date. A SQLite file that is not there yet is made."""
        from epelbot.ledger.version import is_current

        ledger = self.bare_ledger
        if not is_current(ledger):
            from epelbot.ledger import migrate

            if ledger.is_sqlite and migrate.status(ledger).current is None:
                migrate.upgrade(ledger)
            migrate.check(ledger)
        return ledger

    @cached_property
    def rulebook(self) -> Rulebook:
        """Profile and calendar; raises `ConfigError`."""
        from epelbot.services.rulebook import Rulebook
        from epelbot.shipped import load_calendar, load_profile

        policy, roles = self.settings.policy, self.settings.roles
        profile = load_profile(policy.profile)
        merged = replace(
            profile.roles,
            entitled_groups=roles.entitled_groups or profile.roles.entitled_groups,
            release_managers=roles.release_managers or profile.roles.release_managers,
            committee=roles.committee or profile.roles.committee,
        )
        return Rulebook(
            profile=replace(profile, roles=merged),
            calendar=load_calendar(Path(policy.calendar) if policy.calendar else None),
            sources=self.settings.sources,
            in_force_from=policy.in_force_from,
        )

    @cached_property
    def sources(self) -> Sources:
        """What the worker may ask: local RPMs always, the network only where it is switched on."""
        from epelbot.ports import Sources

        of = self.settings.sources
        local = self.contents_of((of.rpms,)) if of.rpms else None
        if not of.online:
            return Sources(contents=local, index=self._index)
        return replace(self._web_sources(self._http), contents=local or self._koji, index=self._index)

    @cached_property
    def mailer(self) -> SmtpMailer:
        """Who carries mail away."""
        from epelbot.actions.smtp import SmtpMailer

        smtp = self.settings.smtp
        return SmtpMailer(
            smtp.host,
            smtp.port,
            starttls=smtp.starttls,
            username=smtp.username or None,
            password=smtp.password,
            timeout=smtp.timeout_seconds,
        )

    @cached_property
    def intake(self) -> Intake:
        """What comes in is stored by it."""
        from epelbot.services.intake import Intake, following

        return Intake(self.ledger, following(self.settings.bus), self.now)

    @cached_property
    def bus(self) -> _RealBus:
        """The message bus; raises `ConfigError` when its configuration can't be loaded."""
        from epelbot.consumer import load_bus

        return _RealBus(load_bus(self.settings.bus.config), self)

    def calendar_sources(self) -> Sources:
        """Who tells days of RHEL, asked on a person's word even where the worker's look-ups are off."""
        from epelbot.ports import Sources

        return Sources(history=self._koji, calendars=self._calendars())

    def koji_contents(self) -> BuildContentsSource:
        """Koji's builds, asked on a person's word even where the worker's look-ups are off."""
        return self._koji

    def contents_of(self, paths: tuple[str, ...]) -> BuildContentsSource:
        """RPM files and folders on disk, or one Koji tree."""
        from epelbot.sources.koji_tree import KojiTree, RpmFolder

        if len(paths) == 1 and (Path(paths[0]) / "packages").is_dir():
            return KojiTree(paths[0])
        return RpmFolder(*paths)

    def rpm_files(self, places: tuple[str, ...]) -> RpmFiles:
        """RPM files, and folders in which they lie flat, by path or http(s) URL."""
        from epelbot.sources.koji_tree import RpmFolder

        return RpmFolder(*places, http=self._http)

    def koji_interfaces(self) -> InterfacesInKoji:
        """What builds in Koji offer to others, asked on a person's word."""
        from epelbot.sources.koji_interfaces import KojiInterfaces

        koji = self.settings.sources.koji
        return KojiInterfaces(self._http, koji.hub, koji.files)

    def interface_files(self, places: tuple[str, ...]) -> InterfaceFiles:
        """RPM files as `rpm_files`, read for what they offer to others."""
        from epelbot.sources.koji_tree import RpmFolder

        return RpmFolder(*places, http=self._http)

    def hasty_sources(self) -> Sources:
        """All sources, asked on a person's word and given up after seconds, for whom somebody waits."""
        from epelbot.http import Http, Patience

        patience = Patience(connect=5, read=10, whole=20, pauses=())
        return self._web_sources(Http(about=self.settings.sources.contact or None, patience=patience))

    def more_sources(self) -> Sources:
        """The same as `sources`, for another thread: a session with the web serves one."""
        from epelbot.http import Http
        from epelbot.ports import Sources

        of = self.settings.sources
        return self._web_sources(Http(about=of.contact or None)) if of.online else Sources()

    def greet_mail_server(self) -> None:
        """Connect to the mail server as for a mail, and leave; raises as `Mailer.send` does."""
        self.mailer.greet()

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    @cached_property
    def _http(self) -> Http:
        from epelbot.http import Http

        return Http(about=self.settings.sources.contact or None)

    @cached_property
    def _koji(self) -> KojiHub:
        return self._koji_by(self._http)

    @cached_property
    def _index(self) -> RepositoryIndex | None:
        """Repositories' metadata; None where none are set up, or some are on the web while that is off."""
        from epelbot.sources.repodata import Places, RepositoryIndex, Store

        of = self.settings.sources.repodata
        named = (*of.collection, *of.sources, *of.base, *self.rulebook.profile.rhel.repositories)
        if not named or (not self.settings.sources.online and any("://" in one for one in named)):
            return None
        store = Store(
            Path(of.cache),
            self._http,
            refresh=timedelta(hours=of.refresh_hours),
            max_age=timedelta(hours=of.max_age_hours),
            now=self.now,
        )
        return RepositoryIndex(store, Places(of.collection, of.sources, of.base, of.architectures))

    def _koji_by(self, http: Http) -> KojiHub:
        from epelbot.sources.koji_hub import KojiHub

        koji = self.settings.sources.koji
        return KojiHub(http, koji.hub, koji.files)

    def _web_sources(self, http: Http) -> Sources:
        from epelbot.ports import Sources
        from epelbot.sources.bodhi import Bodhi
        from epelbot.sources.datagrepper import Datagrepper
        from epelbot.sources.distgit import DistGit
        from epelbot.sources.hyperkitty import HyperKitty
        from epelbot.translate.followed import whole_topics

        of = self.settings.sources
        return Sources(
            history=self._koji_by(http),
            updates=Bodhi(http, of.bodhi.url),
            packages=DistGit(http, of.distgit.url),
            archive=HyperKitty(http, of.archive.url, of.archive.host),
            calendars=self._calendars(),
            messages=Datagrepper(http, of.datagrepper.url, whole_topics(self.settings.bus.environments)),
        )

    def _calendars(self) -> tuple[CalendarSource, ...]:
        from epelbot.http import Http, Patience
        from epelbot.sources.endoflife import EndOfLife
        from epelbot.sources.red_hat import RedHatLifeCycle

        of = self.settings.sources
        # No Fedora's, and asked again in an hour: one that hangs must not hold up the rest.
        patience = Patience(connect=5, read=20, whole=60, pauses=(0.5,))
        http = Http(about=of.contact or None, patience=patience)
        found: list[CalendarSource] = []
        if of.endoflife.url:
            found.append(EndOfLife(http, of.endoflife.url))
        if of.red_hat.url:
            found.append(RedHatLifeCycle(http, of.red_hat.url))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _RealBus:
    """fedora-messaging's configuration, and the intake that its messages go to."""

    bus: Bus
    wiring: RealWiring

    @property
    def broker(self) -> str:
        """Where it connects to, for people, without the password."""
        return self.bus.broker

    def run(self, stop: threading.Event) -> Taken:
        """Take messages in until ``stop`` is set, and say how many."""
        from epelbot.consumer import BatchLimits, run_consumer

        of = self.wiring.settings.bus
        limits = BatchLimits(of.batch_messages, of.batch_bytes)
        return run_consumer(self.bus, self.wiring.intake, stop, limits=limits).taken

    def greet(self) -> None:
        """Connect and leave."""
        from epelbot.consumer import greet

        greet(self.bus)


def main() -> int:
    """The command ``epelbot``."""
    return run(RealWiring)


if __name__ == "__main__":
    sys.exit(main())
