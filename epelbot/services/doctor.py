# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doctor: looks at everything that epelbot needs, one thing at a time, and never stops at the first fault."""

from __future__ import annotations

import enum
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from epelbot.domain.calendar import Calendar
from epelbot.domain.calendar_words import ENDOFLIFE, RED_HAT
from epelbot.domain.collection import Collection
from epelbot.errors import BadInput, ConfigError, NotThere, PermanentError, TransientError
from epelbot.ledger import Ledger, health, inbox, listings, outbox
from epelbot.ledger.health import SourceHealth
from epelbot.ledger.migrate import status as status_of
from epelbot.ports import Reached, Sources
from epelbot.services.deliver import why_stopped
from epelbot.services.rulebook import Rulebook
from epelbot.settings import Loaded, Settings

# A package that every EPEL has, and a key that no post has: cheap questions, and any answer will do.
_ANY_PACKAGE = "epel-release"
_NO_POST = "A" * 32
_A_DAY = timedelta(days=1)

# Sources that are asked for what each of their kind has, and the settings that say where they are. The others
# are asked for one thing that may be missing.
_HAS_ALWAYS = {"koji": ("Koji", "sources.koji.hub"), "bodhi": ("Bodhi", "sources.bodhi.url")}

# As the lines are called, where the ledger has longer names.
_SHORT_NAMES = {ENDOFLIFE: "endoflife", RED_HAT: "red-hat"}
_NOTED_AS = {short: name for name, short in _SHORT_NAMES.items()}

_TROUBLE = (TransientError, PermanentError, ConfigError, BadInput)


class Level(enum.Enum):
    """How a thing stands. ``UNREACHABLE`` is a failure of which nobody knows whose fault it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what it is, how it stands, what was seen, and what to do about it."""

    name: str
    level: Level
    seen: str
    to_do: str | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """How the doctor gets at each part. A callable raises what using the part would raise.

    ``online`` also asks what the settings keep offline; ``greet_broker`` loads the bus's configuration and
    returns how to reach its broker.
    """

    load: Callable[[], Loaded]
    ledger: Callable[[], Ledger]
    rulebook: Callable[[], Rulebook]
    sources: Callable[[], Sources]
    greet_broker: Callable[[], Callable[[], None]]
    greet_mail_server: Callable[[], None]
    now: datetime
    online: bool


def examine(means: Means) -> Iterator[Check]:
    """Every check as it is made, in the order in which one thing needs another."""
    try:
        loaded = means.load()
    except ConfigError as error:
        yield Check(
            "settings", Level.FAIL, str(error), "mend the settings first; nothing else can be looked at"
        )
        return
    settings = loaded.settings
    yield Check("settings", Level.OK, f"from {loaded.file}" if loaded.file else "the built-in defaults")
    ledger = _open(means)
    yield ledger if isinstance(ledger, Check) else _schema(ledger)
    ready = ledger if isinstance(ledger, Ledger) and _schema(ledger).level is Level.OK else None
    yield from _rules(means, ready)
    yield _bus(means, settings)
    yield from _sources(means, settings, _health(ready))
    yield _mail(means, settings)
    if ready is not None:
        yield from _depths(ready, settings, means.now)
        yield _clock(ready, means.now)


def _trouble(name: str, error: Exception, to_do: str | None = None) -> Check:
    level = Level.UNREACHABLE if isinstance(error, TransientError) else Level.FAIL
    return Check(name, level, str(error), to_do)


def _open(means: Means) -> Ledger | Check:
    try:
        return means.ledger()
    except ConfigError as error:
        return _trouble("database", error)


def _schema(ledger: Ledger) -> Check:
    try:
        found = status_of(ledger)
    except (TransientError, ConfigError) as error:
        return _trouble("database", error)
    if found.up_to_date:
        return Check("database", Level.OK, f"{ledger.where}, at {found.current}")
    if found.current is None and ledger.file is not None and not _may_make(ledger.file):
        return Check(
            "database",
            Level.FAIL,
            f"{ledger.where} is not set up, and this user may not make it there",
            "let database.url name a place that this user may write",
        )
    if found.current is None:
        return Check("database", Level.WARN, f"{ledger.where} is not set up", "run 'epelbot db upgrade'")
    return Check(
        "database",
        Level.FAIL,
        f"{ledger.where} is at {found.current}, and this epelbot needs {found.head}",
        "install the newer epelbot that upgraded it" if found.ahead else "run 'epelbot db upgrade'",
    )


def _may_make(file: Path) -> bool:
    folder = next(above for above in file.absolute().parents if above.exists())
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _rules(means: Means, ledger: Ledger | None) -> Iterator[Check]:
    try:
        rulebook = means.rulebook()
    except ConfigError as error:
        yield _trouble("policy", error)
        return
    if ledger is not None:
        with ledger.read() as connection:
            rulebook = rulebook.current(connection)
    yield _roles(rulebook)
    if rulebook.set_aside:
        yield Check(
            "calendar",
            Level.WARN,
            f"what was learnt contradicts itself: {'; '.join(why for _, why in rulebook.set_aside)}",
            "see 'epelbot calendar', and enter the right day with 'epelbot calendar add'",
        )
        return
    yield _calendar(rulebook.calendar, rulebook.profile.calendar.cadence_months, means.now)


def _roles(rulebook: Rulebook) -> Check:
    profile = rulebook.profile
    if not profile.roles.release_managers:
        return Check(
            "policy",
            Level.WARN,
            f"profile {profile.name}; nobody is release manager, so nothing can be approved",
            "name the accounts in roles.release_managers",
        )
    return Check(
        "policy", Level.OK, f"profile {profile.name}, {', '.join(profile.roles.release_managers)} decide"
    )


def _calendar(calendar: Calendar, cadence_months: int, now: datetime) -> Check:
    today = now.date()
    learnt = max(major.end_of_maintenance.learnt for major in calendar.majors)
    if today < learnt:
        return Check(
            "calendar",
            Level.FAIL,
            f"it was learnt on {learnt}, which by this machine's clock is still to come",
            "set the clock",
        )
    overdue = [
        f"{seen.name} was expected on {seen.expected}"
        for major in calendar.majors
        for seen in calendar.releases(major.number, today, cadence_months)
        if seen.overdue
    ]
    if overdue:
        return Check(
            "calendar",
            Level.WARN,
            f"no news of RHEL: {', '.join(overdue)}",
            "'epelbot calendar refresh' asks; if it is out, 'epelbot calendar add' enters its day",
        )
    return Check("calendar", Level.OK, f"RHEL {', '.join(str(one.number) for one in calendar.majors)}")


def _bus(means: Means, settings: Settings) -> Check:
    try:
        greet = means.greet_broker()
    except ConfigError as error:
        # Whoever only ingests or sweeps needs no bus.
        level = Level.FAIL if settings.bus.config else Level.WARN
        return Check(
            "bus", level, str(error), "'epelbot config init --bus FILE' writes one for Fedora's broker"
        )
    if not means.online:
        return Check("bus", Level.OK, "its configuration loads; --online tries the broker")
    try:
        greet()
    except (TransientError, ConfigError) as error:
        return _trouble("bus", error)
    return Check("bus", Level.OK, "the broker answers")


def _health(ledger: Ledger | None) -> dict[str, SourceHealth]:
    if ledger is None:
        return {}
    with ledger.read() as connection:
        return health.all_of(connection)


def _sources(means: Means, settings: Settings, known: dict[str, SourceHealth]) -> Iterator[Check]:
    of = settings.sources
    if of.rpms:
        there = Path(of.rpms).is_dir() or "://" in of.rpms
        yield (
            Check("rpms", Level.OK, of.rpms)
            if there
            else Check(
                "rpms",
                Level.FAIL,
                f"sources.rpms names {of.rpms}, which is no folder",
                "correct sources.rpms",
            )
        )
    if not (of.online or means.online):
        yield Check(
            "sources",
            Level.OK,
            "look-ups are off (sources.online), so rules see what messages tell; --online tries",
        )
        return
    yield from _repositories(means, settings)
    for name, where, ask in _questions(means.sources(), of.koji.hub, settings):
        yield _answer(name, where, ask, known.get(_NOTED_AS.get(name, name)))


def _repositories(means: Means, settings: Settings) -> Iterator[Check]:
    """The repositories of each collection that is known, and those of RHEL, one line a collection."""
    of, index = settings.sources.repodata, means.sources().index
    try:
        rhel = means.rulebook().profile.rhel.repositories
    except ConfigError:
        rhel = ()
    if index is None or not (of.collection or rhel):
        return
    for collection in _collections(means):
        reached = index.reach(collection, rhel)
        if reached:
            yield repositories_check(collection, reached, timedelta(hours=of.max_age_hours), means.now)


def _collections(means: Means) -> list[Collection]:
    try:
        with means.ledger().read() as connection:
            known = listings.known_collections(connection)
    except (TransientError, ConfigError):
        known = []
    return known or [Collection(9)]


def repositories_check(
    collection: Collection, reached: Sequence[Reached], max_age: timedelta, now: datetime
) -> Check:
    """How the repositories of a collection stand; one line, the worst that is to be said."""
    name = f"repodata {collection}"
    failed = [one for one in reached if one.error is not None]
    if failed:
        away = any(isinstance(one.error, TransientError) for one in failed)
        return Check(
            name,
            Level.UNREACHABLE if away else Level.FAIL,
            f"{len(failed)} of {len(reached)} repositories can't be had: {failed[0].error}",
            "correct sources.repodata or rhel.repositories, or wait for the mirror",
        )
    own = [one for one in reached if one.part == "collection"]
    if own and all(one.part != "base" for one in reached):
        return Check(
            name,
            Level.WARN,
            f"{len(reached)} repositories answer, and none is what it builds on, so whatever needs RHEL's "
            "packages looks broken",
            "name RHEL's repositories, or a rebuild's, in sources.repodata.base",
        )
    old = [one for one in own if one.made_at is not None and now - one.made_at > max_age]
    if old:
        return Check(
            name,
            Level.WARN,
            f"{old[0].place} was made on {old[0].made_at:%Y-%m-%d}: the mirror may be left behind",
            "look at the mirror, or name another one in sources.repodata",
        )
    return Check(name, Level.OK, f"{len(reached)} repositories answer")


def _questions(
    sources: Sources, hub: str, settings: Settings
) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """The name of each source, where it is, and a question that costs it little."""
    history, updates, packages, archive = sources.history, sources.updates, sources.packages, sources.archive
    of = settings.sources
    if history is not None:
        yield "koji", hub, history.epel_tags
    if updates is not None:
        yield "bodhi", of.bodhi.url, updates.releases
    if packages is not None:
        yield "dist-git", of.distgit.url, lambda: packages.branches(_ANY_PACKAGE)
    for calendar in sources.calendars:
        url = of.endoflife.url if calendar.name == ENDOFLIFE else of.red_hat.url
        yield _SHORT_NAMES[calendar.name], url, calendar.days
    if archive is not None:
        yield "archive", of.archive.url, lambda: archive.post(settings.bus.lists[0], _NO_POST)


def _answer(name: str, where: str, ask: Callable[[], object], known: SourceHealth | None) -> Check:
    try:
        ask()
    except NotThere:
        if name in _HAS_ALWAYS:
            what, setting = _HAS_ALWAYS[name]
            return Check(name, Level.FAIL, f"{where} answers, but has no {what} there", f"correct {setting}")
        # An answer as good as any.
        return Check(name, Level.OK, f"{where} answers")
    except (TransientError, PermanentError) as error:
        return Check(
            name,
            Level.UNREACHABLE if isinstance(error, TransientError) else Level.FAIL,
            f"{error}{_history(known)}",
        )
    failing = known is not None and known.failing_since is not None
    if known is not None and failing:
        return Check(
            name, Level.WARN, f"{where} answers now{_history(known)}", "see whether the worker is running"
        )
    return Check(name, Level.OK, f"{where} answers")


def _history(known: SourceHealth | None) -> str:
    if known is None:
        return ""
    told = (
        f" (last answered {known.answered_at:%Y-%m-%d %H:%M} UTC" if known.answered_at else " (never answered"
    )
    failing = f", failing since {known.failing_since:%Y-%m-%d %H:%M} UTC" if known.failing_since else ""
    return f"{told}{failing})"


def _mail(means: Means, settings: Settings) -> Check:
    of = settings.smtp
    held = settings.deliver.mail != "send"
    if held and not means.online:
        return Check(
            "mail", Level.OK, "is held (deliver.mail), so no mail server is needed; --online tries it"
        )
    try:
        means.greet_mail_server()
    except _TROUBLE as error:
        return _trouble("mail", error)
    return Check(
        "mail", Level.OK, f"{of.host}, port {of.port}, answers; mail is {'held' if held else 'sent'}"
    )


def _depths(ledger: Ledger, settings: Settings, now: datetime) -> Iterator[Check]:
    with ledger.read() as connection:
        messages, effects = inbox.counts(connection), outbox.counts(connection)
        spent = outbox.spent_since(connection, now - _A_DAY, now)
        due, known = listings.how_many_due(connection, now), listings.how_many(connection)
    parked = messages[inbox.PARKED]
    yield Check(
        "inbox",
        Level.WARN if parked else Level.OK,
        f"{messages[inbox.NEW]} new, {messages[inbox.RECORDED]} recorded, {parked} parked",
        "see 'epelbot inbox list --status parked'; 'epelbot inbox retry' after mending" if parked else None,
    )
    yield Check("listings", Level.OK, f"{known} known, {due} wait to be judged")
    stuck = effects.get(outbox.PARKED, 0)
    yield Check(
        "outbox",
        Level.WARN if stuck else Level.OK,
        ", ".join(
            f"{effects.get(one, 0)} {one}" for one in (outbox.HELD, outbox.DUE, outbox.SENT, outbox.PARKED)
        ),
        "see 'epelbot outbox list --status parked'; 'epelbot outbox release' after mending"
        if stuck
        else None,
    )
    stop = why_stopped(ledger, settings.deliver)
    bound, waiting = settings.deliver.max_per_day, effects.get(outbox.DUE, 0)
    if stop is not None:
        yield Check("delivery", Level.WARN, f"is stopped: {stop}", "'epelbot outbox start' lets it go on")
    elif spent >= bound and waiting:
        yield Check(
            "delivery",
            Level.WARN,
            f"{spent} of {bound} sent in 24 hours, {waiting} wait",
            "see 'epelbot outbox list --status due'; deliver.max_per_day is the bound",
        )
    else:
        yield Check("delivery", Level.OK, f"is not stopped; at most {bound} a day")


def _clock(ledger: Ledger, now: datetime) -> Check:
    with ledger.read() as connection:
        newest = inbox.listed(connection, None, 1)
    if newest and newest[0].received_at > now:
        return Check(
            "clock",
            Level.FAIL,
            f"it says {now:%Y-%m-%d %H:%M} UTC, but a message came in on "
            f"{newest[0].received_at:%Y-%m-%d %H:%M} UTC",
            "set the clock; what is judged by a wrong day is wrong",
        )
    return Check("clock", Level.OK, f"{now:%Y-%m-%d %H:%M} UTC")
