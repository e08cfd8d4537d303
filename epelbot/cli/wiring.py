# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the command line needs from the outside; `bootstrap` provides it, tests provide their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

# Every command imports this page, and most need only little of what it names.
if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from epelbot.ledger import Ledger
    from epelbot.ports import BuildContentsSource, InterfaceFiles, InterfacesInKoji, Mailer, RpmFiles, Sources
    from epelbot.services.intake import Intake, Taken
    from epelbot.services.rulebook import Rulebook
    from epelbot.settings import Loaded, Settings


class BusConsumer(Protocol):
    """The message bus, its configuration loaded and in order."""

    @property
    def broker(self) -> str:
        """Where it connects to, for people, without the password."""

    def run(self, stop: threading.Event) -> Taken:
        """Take messages in until ``stop`` is set, and say how many; raises `ConfigError` and `NotThere`."""

    def greet(self) -> None:
        """Connect and leave; raises `TransientError`, or `ConfigError` when the broker refuses us."""


class Wiring(Protocol):
    """Everything is made when it is first asked for, so that a command pays only for what it uses."""

    @property
    def loaded(self) -> Loaded:
        """The settings and where they came from; raises `ConfigError`."""

    @property
    def settings(self) -> Settings:
        """The settings; raises `ConfigError`."""

    @property
    def ledger(self) -> Ledger:
        """The ledger, its schema up to date; raises `ConfigError` when it is not."""

    @property
    def bare_ledger(self) -> Ledger:
        """The ledger as it is, for setting it up."""

    @property
    def rulebook(self) -> Rulebook:
        """Profile and calendar; raises `ConfigError`."""

    @property
    def sources(self) -> Sources:
        """What the worker may ask."""

    @property
    def mailer(self) -> Mailer:
        """Who carries mail away."""

    @property
    def intake(self) -> Intake:
        """What comes in is stored by it."""

    @property
    def bus(self) -> BusConsumer:
        """The message bus; raises `ConfigError` when its configuration can't be loaded."""

    def calendar_sources(self) -> Sources:
        """Who tells days of RHEL, asked on a person's word even where the worker's look-ups are off."""

    def koji_contents(self) -> BuildContentsSource:
        """Koji's builds, asked on a person's word even where the worker's look-ups are off."""

    def contents_of(self, paths: tuple[str, ...]) -> BuildContentsSource:
        """RPM files and folders on disk, or one Koji tree."""

    def rpm_files(self, places: tuple[str, ...]) -> RpmFiles:
        """RPM files, and folders in which they lie flat, by path or http(s) URL."""

    def koji_interfaces(self) -> InterfacesInKoji:
        """What builds in Koji offer to others, asked on a person's word."""

    def interface_files(self, places: tuple[str, ...]) -> InterfaceFiles:
        """RPM files as `rpm_files`, read for what they offer to others."""

    def hasty_sources(self) -> Sources:
        """All sources, asked on a person's word and given up after seconds, for whom somebody waits."""

    def more_sources(self) -> Sources:
        """The same as `sources`, for another thread."""

    def greet_mail_server(self) -> None:
        """Connect to the mail server as for a mail, and leave; raises as `Mailer.send` does."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
