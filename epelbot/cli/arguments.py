# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that several commands take, checked in one place."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import click

from epelbot.domain.collection import Collection

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class CollectionType(click.ParamType[Collection]):
    """A collection by its name."""

    name = "collection"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Collection:
        """The collection, or a usage error with the known names."""
        if isinstance(value, Collection):
            return value
        try:
            return Collection.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class DayType(click.ParamType[date]):
    """A UTC day as YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that shows the form."""
        if isinstance(value, date):
            return value
        try:
            # By itself it takes 20261123 and 2026-W48-1 too.
            return date.fromisoformat(value if _DAY.fullmatch(value) else "")
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-11-23", param, ctx)


class InstantType(click.ParamType[datetime]):
    """A moment in UTC: a day, or a day and a time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, or a usage error that shows the forms."""
        if isinstance(value, datetime):
            return value
        try:
            # By itself it takes other forms, and zones, too.
            text = value.removesuffix("Z") if _INSTANT.fullmatch(value) else ""
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            self.fail(f"{value!r} is no time in UTC; write it as 2026-11-23 or 2026-11-23T14:30", param, ctx)


COLLECTION = CollectionType()
INSTANT = InstantType()
DAY = DayType()

collection_option = click.option(
    "--collection", type=COLLECTION, metavar="C", help="Such as epel9 or epel10.1."
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
