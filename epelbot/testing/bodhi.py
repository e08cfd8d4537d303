# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodhi in memory."""

from __future__ import annotations

from collections.abc import Sequence
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

    def releases(self) -> tuple[Release, ...]:
        """EPEL's releases that are not disabled, sorted by name."""
        self.world.answer("bodhi")
        known = (release for release in self.world.releases if release.state != "disabled")
        return tuple(sorted(known, key=lambda release: release.name))
