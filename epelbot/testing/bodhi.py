# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodhi in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.errors import NotThere
from epelbot.ports import Release
from epelbot.testing.world import World

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FakeBodhi:
    """Answers from the world's ``updates`` and ``releases``; fulfils `UpdateSource`."""

    world: World

    def update(self, alias: str) -> UpdateSeen:
        """One update as it stands now."""
        self.world.answer("bodhi")
        try:
            return self.world.updates[alias]
        except KeyError:
            raise NotThere(f"Bodhi has no update {alias!r}; check the alias") from None

    def updates_of(self, package: str, releases: Sequence[str]) -> tuple[UpdateSeen, ...]:
        """All updates with a build of the package for these releases, oldest first."""
        self.world.answer("bodhi")
        found = [
            update
            for update in self.world.updates.values()
            if update.release in releases and package in {NVR.parse(build).name for build in update.builds}
        ]
        return tuple(sorted(found, key=lambda update: (update.submitted_at or _LONG_AGO, update.alias)))

    def updates_submitted(
        self, release: str, since: datetime | None, before: datetime
    ) -> tuple[UpdateSeen, ...]:
        """All updates for the release that were submitted in that time, oldest first."""
        return self._found(
            lambda one: (
                one.release == release
                and one.submitted_at is not None
                and (since or _LONG_AGO) <= one.submitted_at < before
            )
        )

    def live_updates(self, release: str) -> tuple[UpdateSeen, ...]:
        """All updates for the release that are pending or in testing, oldest first."""
        return self._found(lambda one: one.release == release and one.status in ("pending", "testing"))

    def updates_called(self, aliases: Sequence[str]) -> tuple[UpdateSeen, ...]:
        """Those of the updates that there are, oldest first."""
        return self._found(lambda one: one.alias in aliases)

    def _found(self, wanted: Callable[[UpdateSeen], bool]) -> tuple[UpdateSeen, ...]:
        self.world.answer("bodhi")
        known = {release.stable_tag for release in self.world.releases}
        found = [one for one in self.world.updates.values() if wanted(one) and one.release in known]
        return tuple(sorted(found, key=lambda one: (one.submitted_at or _LONG_AGO, one.alias)))

    def releases(self) -> tuple[Release, ...]:
        """EPEL's releases that are not disabled, sorted by name."""
        self.world.answer("bodhi")
        known = (release for release in self.world.releases if release.state != "disabled")
        return tuple(sorted(known, key=lambda release: release.name))
