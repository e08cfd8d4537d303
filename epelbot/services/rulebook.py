# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What judgements are made by: profile, calendar, and the day from which they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from epelbot import __version__
from epelbot.domain.calendar import Calendar
from epelbot.domain.calendar_words import Word, with_words
from epelbot.domain.collection import Collection, leading_minors
from epelbot.domain.facts import Horizon, SourceTrust
from epelbot.domain.profile import Profile
from epelbot.ledger import Connection, calendar_words, health, listings, marks, posts
from epelbot.ledger.evidence import Syncs
from epelbot.settings import Sources as SourceSettings

_FIRST_WITH_MINORS = 10


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A profile, a calendar, and ``in_force_from`` (None: the day that the ledger was made).

    ``calendar`` is the shipped one until `current` adds what a ledger has learnt; then ``shipped`` is that
    one, ``version`` the ledger's count, and ``set_aside`` holds the words that could not be part of it.
    """

    profile: Profile
    calendar: Calendar
    sources: SourceSettings
    in_force_from: date | None = None
    shipped: Calendar | None = None
    version: int = 0
    set_aside: tuple[tuple[Word, str], ...] = ()

    def current(self, connection: Connection) -> Rulebook:
        """This rulebook with the calendar as the ledger has it by now; itself when nothing is new."""
        version = calendar_words.version(connection)
        if version == self.version:
            return self
        shipped = self.shipped or self.calendar
        merged = with_words(shipped, calendar_words.words(connection))
        return replace(
            self, calendar=merged.calendar, shipped=shipped, version=version, set_aside=merged.set_aside
        )

    def basis_of(self, major: int) -> str:
        """Changes whenever an excuse of a major's listing, made by other rules, must be made again."""
        said = f"{self.profile.digest}|{self.calendar.digest_of(major)}|{self.in_force_from}|{__version__}"
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases of all majors; no two are equal."""
        return tuple(self.basis_of(major.number) for major in self.calendar.majors)

    @property
    def sources_believed_for(self) -> timedelta:
        """How long all sources are believed without being asked again."""
        of = self.sources
        return timedelta(hours=min(of.koji.max_age_hours, of.bodhi.max_age_hours, of.distgit.max_age_hours))

    def holds_from(self, connection: Connection, now: datetime) -> date:
        """POLICY's *in force*: the profile's day, else the setting's, else the day the ledger was made."""
        return self._day_given or health.made_at(connection, now).date()

    def known_to_hold_from(self, connection: Connection, now: datetime) -> date:
        """The same, where nothing may be written: a ledger that holds nothing yet was made today."""
        return self._day_given or (health.known_made_at(connection) or now).date()

    @property
    def _day_given(self) -> date | None:
        return self.profile.in_force_from or self.in_force_from

    def horizon(
        self, connection: Connection, collection: Collection, now: datetime, as_of: date | None = None
    ) -> Horizon:
        """What can be seen of a collection now, with each source's state as the ledger last noted it.

        ``as_of`` is the day that is asked about (default: today): another minor may have led ``epel10`` then.
        """
        return self.horizons(connection, [collection], now, as_of)[collection]

    def horizons(
        self,
        connection: Connection,
        collections: Iterable[Collection],
        now: datetime,
        as_of: date | None = None,
        synced: Syncs | None = None,
    ) -> dict[Collection, Horizon]:
        """The same of several collections. ``synced`` holds what was read for the ones before."""
        failing = {name: one.error for name, one in health.all_of(connection).items() if one.failing_since}
        leading = leading_minors(listings.branches_of_tags(connection))
        in_force_from = self.known_to_hold_from(connection, now)
        of, day = self.sources, min(as_of or now.date(), now.date())
        tags = {one: self._tags(one, day, now, leading.get(one.major)) for one in collections}
        synced_at = (synced or Syncs()).of(connection, {one: known[-1] for one, known in tags.items()})

        posts_known = self._posts_known(connection)
        # With the archive switched off no text ever comes, and a subject tells not all.
        without_text = posts.without_text(connection, awaited=of.online)

        def trust(name: str, hours: int) -> SourceTrust:
            return SourceTrust(of.online, timedelta(hours=hours), failing.get(name))

        return {
            one: Horizon(
                now=now,
                tags=known,
                koji=trust("koji", of.koji.max_age_hours),
                bodhi=trust("bodhi", of.bodhi.max_age_hours),
                distgit=trust("dist-git", of.distgit.max_age_hours),
                sync_max_age=timedelta(hours=of.sync_max_age_hours),
                led_until=tuple(self._led_until(one.major, known)) if one.is_leading else (),
                repodata=trust("repodata", of.repodata.max_age_hours)
                if of.repodata.is_set_up_for(one.name)
                else None,
                rhel=trust("rhel", of.repodata.max_age_hours)
                if self.profile.rhel.is_set_up_for(one.name)
                else None,
                archive=trust("archive", of.archive.max_age_hours),
                in_force_from=in_force_from,
                posts_known=posts_known,
                posts_without_text=without_text,
                synced_at=synced_at[one],
            )
            for one, known in tags.items()
        }

    def _posts_known(self, connection: Connection) -> tuple[tuple[datetime, datetime], ...]:
        """From when to when posts are known: as the archive was swept, and as messages came without a gap."""
        swept = marks.span(connection, marks.posts_of(self.profile.lists.announce))
        heard = marks.span(connection, marks.HEARD)
        gap = marks.bus_gap(connection)
        if heard is not None and gap is not None:
            heard = heard[0], min(heard[1], gap)
        return tuple(sorted(one for one in (swept, heard) if one is not None and one[0] <= one[1]))

    def _tags(self, collection: Collection, day: date, now: datetime, leads: int | None) -> tuple[str, ...]:
        if not collection.is_leading:
            return (collection.name,)
        if leads is None:
            leads = self._supposed_leader(collection.major, now.date())
        then = self.calendar.leading_minor(collection.major, day) if day < now.date() else None
        if then is not None:
            leads = min(leads, then)
        return tuple(f"epel{collection.major}.{minor}" for minor in range(leads + 1))

    def _led_until(self, major: int, tags: tuple[str, ...]) -> Iterator[tuple[str, date]]:
        """The branching days, as far as they are known, of the minors that no longer lead."""
        for minor, tag in enumerate(tags[:-1]):
            branched = self.calendar.branching(major, minor, date.max).begins
            if branched is not None:
                yield tag, branched

    def _supposed_leader(self, major: int, today: date) -> int:
        """Which minor leads, where nobody told: by branching days, else the one after the newest that is out.

        For a minor is branched before its GA.
        """
        known = self.calendar.leading_minor(major, today)
        if known is not None:
            return known
        out = [
            one.number
            for one in self.calendar.releases(major, today, self.profile.calendar.cadence_months)
            if one.happened
        ]
        return max(out, default=-1) + 1
