# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One typed settings object, from one TOML file and the environment (DESIGN, The command line).

Every key can also be given as ``EPELBOT_SECTION__KEY``. The built-in defaults run offline, on an SQLite
file under the user's state directory, and hold everything that would go out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_type_hints
from urllib.parse import quote

from epelbot.errors import ConfigError
from epelbot.typed_table import read_toml, typed

SYSTEM_FILE = Path("/etc/epelbot/epelbot.toml")
_PREFIX = "EPELBOT_"
# Variables of ours that are no settings: where the file is, the fault knob, and the tests' own.
_NOT_SETTINGS = ("EPELBOT_CONFIG", "EPELBOT_FAULT", "EPELBOT_TEST_")


def _state_folder() -> str:
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return f"{state}/epelbot"


def _state_database() -> str:
    return f"sqlite:///{_state_folder()}/epelbot.db"


def _state_repodata() -> str:
    return f"{_state_folder()}/repodata"


def _at_least(least: int, **numbers: float) -> None:
    for name, number in numbers.items():
        if number < least:
            raise ValueError(f"{name} must be at least {least}, not {number}")


def _secret(path: str, setting: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{setting}: {path} cannot be read; let it hold one line, the password") from error


@dataclass(frozen=True, slots=True)
class Database:
    """Where epelbot remembers everything.

    ``url`` is SQLAlchemy's: sqlite:///FILE (three slashes and a path) or postgresql+psycopg://USER@HOST/NAME.
    Left out, it is an SQLite file in the user's state directory. ``password_file`` holds the password on one
    line.
    """

    url: str = field(default_factory=_state_database)
    password_file: str = ""

    @property
    def url_with_password(self) -> str:
        """The URL as the driver wants it; raises `ConfigError` when the password's file can't be read."""
        password = _secret(self.password_file, "database.password_file")
        if password is None:
            return self.url
        scheme, separator, rest = self.url.partition("://")
        account, at, place = rest.rpartition("@")
        return f"{scheme}{separator}{account or 'epelbot'}:{quote(password, safe='')}{at or '@'}{place}"


@dataclass(frozen=True, slots=True)
class Bus:
    """What is taken from the message bus.

    ``config`` is fedora-messaging's own TOML file; empty: ``$FEDORA_MESSAGING_CONF`` or its default place.
    Beside EPEL's builds, updates and packages, the posts of these mailing ``lists`` and the tickets of these
    ``pagure_projects`` and ``forgejo_repositories`` are followed, where the topic names one of these
    ``environments``. A batch is committed when it holds ``batch_messages``, or ``batch_bytes``, or nothing
    more is waiting.
    """

    config: str = ""
    environments: tuple[str, ...] = ("prod",)
    lists: tuple[str, ...] = ("epel-devel", "epel-announce")
    pagure_projects: tuple[str, ...] = ("epel",)
    forgejo_repositories: tuple[str, ...] = ("epel/steering",)
    batch_messages: int = 100
    batch_bytes: int = 4_000_000

    def __post_init__(self) -> None:
        _at_least(1, batch_messages=self.batch_messages, batch_bytes=self.batch_bytes)


@dataclass(frozen=True, slots=True)
class KojiSource:
    """Koji: its ``hub``, and the ``files`` of its builds, as a URL or a local Koji tree."""

    hub: str = "https://koji.fedoraproject.org/kojihub"
    files: str = "https://kojipkgs.fedoraproject.org/"
    max_age_hours: int = 48

    def __post_init__(self) -> None:
        _at_least(1, max_age_hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class BodhiSource:
    """Bodhi's REST interface."""

    url: str = "https://bodhi.fedoraproject.org/"
    max_age_hours: int = 48

    def __post_init__(self) -> None:
        _at_least(1, max_age_hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class DistGitSource:
    """dist-git's Pagure."""

    url: str = "https://src.fedoraproject.org/"
    max_age_hours: int = 192

    def __post_init__(self) -> None:
        _at_least(1, max_age_hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """The mailing lists' HyperKitty; ``host`` is what follows the @ in a list's address.

    A post that the archive does not have after ``give_up_hours`` is judged without its text.
    """

    url: str = "https://lists.fedoraproject.org/archives/"
    host: str = "lists.fedoraproject.org"
    give_up_hours: int = 72
    max_age_hours: int = 48

    def __post_init__(self) -> None:
        _at_least(1, give_up_hours=self.give_up_hours, max_age_hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class RepodataSource:
    """The collections' RPM repositories, by URL or local path, to tell who needs a package that retires.

    In a place, {release} stands for the collection's version (9, 10, 10.1), {major} for RHEL's, {arch} for
    each of ``architectures``; one that begins with a collection's name and "=" ("epel10.1=https://…") is for
    that collection, in the stead of those without. ``collection`` are its own repositories, ``sources`` those
    of its source packages, ``base`` those of what it builds on: RHEL or a rebuild of it. Without any, nobody
    is asked who needs whom. Metadata are kept in the folder ``cache``; a mirror is asked again after
    ``refresh_hours``.
    """

    collection: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    base: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ("x86_64", "aarch64", "ppc64le", "s390x")
    cache: str = field(default_factory=_state_repodata)
    refresh_hours: int = 6
    max_age_hours: int = 96

    def __post_init__(self) -> None:
        _at_least(1, refresh_hours=self.refresh_hours, max_age_hours=self.max_age_hours)
        if not self.architectures:
            raise ValueError("architectures must name at least one")

    def is_set_up_for(self, collection: str) -> bool:
        """Whether a repository of that collection, or of any, is named."""
        named = (one.partition("=") for one in self.collection)
        return any(name == collection or not (name.startswith("epel") and rest) for name, _, rest in named)


@dataclass(frozen=True, slots=True)
class EndOfLifeSource:
    """endoflife.date's API v1, for RHEL's calendar; with an empty ``url`` it is not asked."""

    url: str = "https://endoflife.date/api/v1/"
    max_age_hours: int = 24

    def __post_init__(self) -> None:
        _at_least(1, max_age_hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class RedHatSource:
    """Red Hat's Product Life Cycle API, for RHEL's calendar; with an empty ``url`` it is not asked."""

    url: str = "https://access.redhat.com/product-life-cycles/api/v1/products"
    max_age_hours: int = 24

    def __post_init__(self) -> None:
        _at_least(1, max_age_hours=self.max_age_hours)


@dataclass(frozen=True, slots=True)
class DatagrepperSource:
    """datagrepper, which keeps every message of the bus."""

    url: str = "https://apps.fedoraproject.org/datagrepper"


@dataclass(frozen=True, slots=True)
class Sources:
    """What is looked up. Unless ``online``, epelbot judges from messages (and local RPMs) alone.

    ``contact`` is an address that tells the servers' owners who asks. ``rpms`` is a local Koji tree, or a
    folder of RPMs, that is read in Koji's place. ``sync_max_age_hours`` is how long the mirrors' master may
    stay silent before nobody knows what is public, ``ask_again_minutes`` the shortest pause between two
    look-ups for one listing. A fact older than its source's ``max_age_hours`` is missing; for the calendar's
    two it is how often they are asked.
    """

    online: bool = False
    contact: str = ""
    koji: KojiSource = field(default_factory=KojiSource)
    bodhi: BodhiSource = field(default_factory=BodhiSource)
    distgit: DistGitSource = field(default_factory=DistGitSource)
    archive: ArchiveSource = field(default_factory=ArchiveSource)
    endoflife: EndOfLifeSource = field(default_factory=EndOfLifeSource)
    red_hat: RedHatSource = field(default_factory=RedHatSource)
    repodata: RepodataSource = field(default_factory=RepodataSource)
    datagrepper: DatagrepperSource = field(default_factory=DatagrepperSource)
    rpms: str = ""
    sync_max_age_hours: int = 96
    ask_again_minutes: int = 10

    def __post_init__(self) -> None:
        _at_least(1, sync_max_age_hours=self.sync_max_age_hours)
        _at_least(0, ask_again_minutes=self.ask_again_minutes)


@dataclass(frozen=True, slots=True)
class Policy:
    """Which rules hold, and from which day on.

    ``profile`` is a shipped profile's name, or a TOML file; ``calendar`` a TOML file in place of the shipped
    calendar of RHEL. Without ``in_force_from`` the policy is in force from the day that the ledger was made.
    """

    profile: str = "release-based-lifetimes"
    calendar: str = ""
    in_force_from: date | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """Accounts with a say. What is left out here is taken from the policy's profile.

    ``release_managers`` approve, defer, reject, waive and undo; the ``committee`` may waive R1. Both take
    groups too ("@group"). Members of ``entitled_groups`` may announce a retirement for any package.
    """

    release_managers: tuple[str, ...] = ()
    committee: tuple[str, ...] = ()
    entitled_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deliver:
    """What leaves the house. ``mail`` is "hold" until a person trusts the bot; "send" counts for new mails.

    A file at ``stop_file``, or ``epelbot outbox stop``, ends all delivery at once; ``stop`` does so from the
    next start on. In 24 hours no more than ``max_per_day`` go out, to bound a mistake. Mails come from
    ``sender``; a maintainer's go to ACCOUNT@``domain``, the release manager's to ``release_manager``. What
    fails ``park_after_attempts`` times waits for a person.

    What is learnt within ``gather_minutes`` goes into one mail, and one about ``summary_from`` things or more
    only lists them. ``muted`` accounts get nothing but what the policy demands; whoever asks to be one writes
    to ``unsubscribe``, by default the release manager.
    """

    mail: Literal["hold", "send"] = "hold"
    stop: bool = False
    stop_file: str = ""
    max_per_day: int = 100
    sender: str = "epelbot@fedoraproject.org"
    release_manager: str = "epel-releng@fedoraproject.org"
    domain: str = "fedoraproject.org"
    park_after_attempts: int = 12
    gather_minutes: int = 30
    summary_from: int = 12
    muted: tuple[str, ...] = ()
    unsubscribe: str = ""

    def __post_init__(self) -> None:
        _at_least(0, max_per_day=self.max_per_day, gather_minutes=self.gather_minutes)
        _at_least(2, summary_from=self.summary_from)
        _at_least(1, park_after_attempts=self.park_after_attempts)


@dataclass(frozen=True, slots=True)
class Smtp:
    """Who carries mail away.

    With ``username`` goes ``password_file``, which holds the password on one line; it is sent to another
    machine with ``starttls`` only.
    """

    host: str = "localhost"
    port: int = 25
    starttls: bool = False
    username: str = ""
    password_file: str = ""
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        _at_least(1, port=self.port, timeout_seconds=self.timeout_seconds)

    @property
    def password(self) -> str | None:
        """The password from its file, None without one; raises `ConfigError` when it can't be read."""
        return _secret(self.password_file, "smtp.password_file")


@dataclass(frozen=True, slots=True)
class Work:
    """The worker. ``lease_seconds`` is how long it may hold a listing before another takes it over.

    It looks for work every ``poll_seconds``, records up to ``batch_messages`` and judges up to
    ``batch_listings`` at once.
    """

    lease_seconds: int = 120
    poll_seconds: float = 2.0
    batch_messages: int = 200
    batch_listings: int = 100

    def __post_init__(self) -> None:
        _at_least(1, lease_seconds=self.lease_seconds)
        _at_least(1, batch_messages=self.batch_messages, batch_listings=self.batch_listings)
        _at_least(0, poll_seconds=self.poll_seconds)


@dataclass(frozen=True, slots=True)
class SweepTimes:
    """When ``epelbot run`` catches up with the bus and sweeps the sources, if they are online.

    ``at_start``, and every so many hours after that; 0 leaves the rest to timers of yours, which call
    ``epelbot sweep``.
    """

    at_start: bool = True
    every_hours: int = 24

    def __post_init__(self) -> None:
        _at_least(0, every_hours=self.every_hours)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    database: Database = field(default_factory=Database)
    bus: Bus = field(default_factory=Bus)
    sources: Sources = field(default_factory=Sources)
    policy: Policy = field(default_factory=Policy)
    roles: Roles = field(default_factory=Roles)
    deliver: Deliver = field(default_factory=Deliver)
    smtp: Smtp = field(default_factory=Smtp)
    work: Work = field(default_factory=Work)
    sweep: SweepTimes = field(default_factory=SweepTimes)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and where each came from.

    ``file`` is the file that was read, empty when there was none. ``origins`` maps the dotted name of every
    setting to that file, to the environment variable that gave it, or to "default".
    """

    settings: Settings
    file: str
    origins: Mapping[str, str]


def load(path: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from ``path``, else ``$EPELBOT_CONFIG``, else the system's file, else the defaults.

    Raises `ConfigError` for a file that cannot be read, an unknown key or a wrong value.
    """
    return load_with_origins(path, environment).settings


def load_with_origins(path: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Loaded:
    """The same as `load`, and where each value came from."""
    environment = os.environ if environment is None else environment
    chosen = path or environment.get("EPELBOT_CONFIG") or (SYSTEM_FILE if SYSTEM_FILE.exists() else None)
    file = str(chosen) if chosen else ""
    table = read_toml(Path(file)) if file else {}
    settings = typed(Settings, table, file)
    overrides = _from_environment(environment)
    if overrides:
        # Text from the environment is converted by type; the file's own values keep theirs.
        typed(Settings, overrides, "the environment", from_text=True, spelt=variable)
        settings = typed(Settings, _merged(table, overrides), "the environment", from_text=True)
    origins = dict.fromkeys(flat(settings), "default")
    origins |= dict.fromkeys(origins.keys() & _names(table), file)
    origins |= {name: variable(tuple(name.split("."))) for name in origins.keys() & _names(overrides)}
    return Loaded(settings, file, origins)


def variable(path: tuple[str, ...]) -> str:
    """The environment variable that gives the setting at this path."""
    return _PREFIX + "__".join(path).upper()


def flat(section: Any, prefix: str = "") -> dict[str, Any]:
    """Every setting of a section and of those in it, by dotted name, in the order of the classes."""
    found: dict[str, Any] = {}
    for one in fields(section):
        value = getattr(section, one.name)
        found |= (
            flat(value, f"{prefix}{one.name}.") if is_dataclass(value) else {f"{prefix}{one.name}": value}
        )
    return found


def _names(table: Mapping[str, Any], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in table.items():
        found |= _names(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}"}
    return found


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in sorted(environment.items()):
        if not name.startswith(_PREFIX) or name.startswith(_NOT_SETTINGS):
            continue
        keys = name.removeprefix(_PREFIX).lower().split("__")
        here = found
        for key in keys[:-1]:
            here = here.setdefault(key, {})
            if not isinstance(here, dict):
                raise ConfigError(f"{name} contradicts another variable; unset one of them")
        here[keys[-1]] = [one.strip() for one in text.split(",") if one.strip()] if _is_list(keys) else text
    return found


def _is_list(keys: list[str]) -> bool:
    kind: Any = Settings
    for key in keys:
        if not is_dataclass(kind):
            return False
        kind = get_type_hints(kind).get(key)
    return str(kind).startswith("tuple")


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        mine = result.get(key)
        result[key] = (
            _merged(mine, value) if isinstance(mine, Mapping) and isinstance(value, Mapping) else value
        )
    return result
