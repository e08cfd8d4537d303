# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every translator is given, and how it takes names, prose and times out of it.

Whatever a message says may be hostile. Names must have the form of names, prose is cut and cleaned, times
must be possible; a field that is needed and isn't right makes the message untranslatable, and it is parked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from epelbot.domain.evidence import Fact, Recorded
from epelbot.domain.nevra import NVR
from epelbot.errors import PermanentError
from epelbot.translate import shape
from epelbot.translate.envelope import EARLIEST

if TYPE_CHECKING:
    # Loading it takes longer than most commands do, and the look-ups use this page's cleaning alone.
    from fedora_messaging.message import Message

#: Characters of a subject, title or commit summary, and of a comment, that are kept.
LINE_LIMIT = 1_000
COMMENT_LIMIT = 20_000
#: Builds of one update. Each of their packages is given the whole update, so the work grows with the square.
MAX_BUILDS = 2_000

_NAME_LIMIT = 200
# rpm's own charset for names; Koji and dist-git refuse others.
_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_VERSION = re.compile(r"[A-Za-z0-9._+~^]+")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
# Fedora's account names; Koji also has services, "mbs/mbs.fedoraproject.org".
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?")
_REVISION = re.compile(r"[0-9a-f]{4,64}")
# What neither PostgreSQL's text (NUL) nor UTF-8 (halves of surrogate pairs) nor a terminal can take.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_CLOCK_SKEW = timedelta(days=1)


class Untranslatable(ValueError):
    """A message of a topic that we follow can't be understood; its text is one sentence for the inbox."""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message out of the inbox.

    ``event`` is the topic without its prefix, ``sender`` the prefix's first two words or None.
    ``published`` is the body as the publisher's own class reads it.
    """

    event: str
    sender: str | None
    sent_at: datetime | None
    body: Mapping[str, Any]
    published: Message

    def told(self, name: str) -> Any:
        """Ask the publisher's class for a field, or the body where the class knows none of that name.

        None when it isn't there: a class raises what it likes for a body older or newer than itself.
        """
        if not isinstance(getattr(type(self.published), name, None), property):
            return self.body.get(name)
        try:
            return getattr(self.published, name)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return None


def happened_at(message: ParsedMessage, received_at: datetime, own: datetime | None = None) -> datetime:
    """Tell when it happened: the body's own time, else that of sending, else that of receiving.

    A time more than a day ahead of receiving it, or before there was a bus, can't be true and is passed over.
    """
    for time in (own, message.sent_at):
        if time is not None and EARLIEST <= time <= received_at + _CLOCK_SKEW:
            return time
    return received_at


def from_main_koji(message: ParsedMessage) -> bool:
    """Tell whether a Koji message is of the hub that builds EPEL; secondary hubs share its topics."""
    return message.told("instance") in (None, "primary")


def recorded(
    fact: Fact, package: str | None, major: int | None, happened: datetime, received_at: datetime
) -> Recorded:
    """Put the bus's provenance around a fact."""
    return Recorded(fact, package, major, "bus", happened, received_at)


def package_name(value: Any, where: str) -> str:
    """Take the name of a source package."""
    return _matching(_PACKAGE, value, where, "a package's name")


def tag_name(value: Any, where: str) -> str:
    """Take the name of a Koji tag."""
    return _matching(_TAG, value, where, "a Koji tag's name")


def account(value: Any, where: str) -> str:
    """Take the name of a person's or a service's account."""
    return _matching(_ACCOUNT, value, where, "an account's name")


def account_or_none(value: Any, where: str) -> str | None:
    """Take an account's name, with null, a missing key or an empty text as None."""
    return None if value is None or value == "" else account(value, where)


def revision(value: Any, where: str) -> str:
    """Take a commit's hexadecimal id."""
    return _matching(_REVISION, value, where, "a commit's id")


def nvr_of(name: Any, version: Any, release: Any) -> NVR:
    """Put a build's name together from the three fields of Koji's bodies."""
    return NVR(
        package_name(name, "name"),
        _matching(_VERSION, version, "version", "a version"),
        _matching(_VERSION, release, "release", "a release"),
    )


def package_of_nvr(text: Any, where: str) -> str:
    """Take the source package's name out of a build's name."""
    try:
        name = NVR.parse(shape.text(text, where)).name
    except ValueError as error:
        raise PermanentError(f"{where}: {error}; see who sent it") from error
    return package_name(name, where)


def line_or_none(value: Any, where: str) -> str | None:
    """Take a subject or summary as one cleaned line; None for null, a missing key or nothing but blanks."""
    if value is None:
        return None
    return " ".join(_cleaned(value, where, LINE_LIMIT).split()) or None


def prose_or_none(value: Any, where: str) -> str | None:
    """Take a comment, cleaned, with its lines; None for null, a missing key or nothing but blanks."""
    return None if value is None else _cleaned(value, where, COMMENT_LIMIT).strip() or None


def _cleaned(value: Any, where: str, limit: int) -> str:
    if not isinstance(value, str):
        raise PermanentError(f"{where} is no text; see whether its sender has a new version")
    return _UNPRINTABLE.sub("\ufffd", value[:limit])


def _matching(form: re.Pattern[str], value: Any, where: str, what: str) -> str:
    text = shape.text(value, where, _NAME_LIMIT)
    if form.fullmatch(text) is None:
        raise PermanentError(f"{where} is not {what} ({text[:60]!r}); see who sent it")
    return text
