# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package that is orphaned in all of Fedora, and the day on which automation will retire it (FIELD 6.7).

EPEL branches cannot be orphaned on their own: it is the main admin who has given the package up, and after
six weeks release engineering retires what nobody took. That is no announcement (R1).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from epelbot.domain.evidence import AccessSeen
from epelbot.domain.facts import Facts, Known
from epelbot.domain.people import NOBODY
from epelbot.policy.seen import Seen

_RETIRED_AFTER = timedelta(weeks=6)


def orphaned_since(seen: Seen) -> datetime | None:
    """When dist-git first showed the package as orphaned, after its last owner; None while somebody owns it.

    It may have been orphaned before: a change of owner sends no message of its own.
    """
    told = seen.of(AccessSeen)
    last = seen.last_word(told)
    if last is None or last[1].access.main_admin != NOBODY:
        return None
    owned_until = max(
        (min(one.confirmed, seen.moment) for one, fact in told if fact.access.main_admin != NOBODY),
        default=None,
    )
    shown = min(one.happened_at for one, fact in told if fact.access.main_admin == NOBODY)
    return shown if owned_until is None else max(shown, owned_until)


def orphaned_note(facts: Facts) -> str | None:
    """What will become of an orphaned package, when, and who can stop it."""
    since = facts.orphaned_since
    if since is None:
        return None
    day = (since + _RETIRED_AFTER).date()
    about = f"about {day}, or sooner if it was orphaned before that"
    if day <= facts.as_of:
        about = f"any day now, since they were over on {day} at the latest"
    people = facts.people.value.maintainers if isinstance(facts.people, Known) else ()
    first = f" ({', '.join(people)} first, for EPEL)" if people else ""
    return (
        f"{facts.package} is orphaned in all of Fedora, first seen so on {since:%Y-%m-%d}. Fedora's "
        f"automation retires what stays orphaned for six weeks: {about}. Any packager can stop that{first} "
        f"with 'Take' on https://src.fedoraproject.org/rpms/{quote(facts.package, safe='')}"
    )
