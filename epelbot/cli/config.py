# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot config`."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path

import click

from epelbot.cli.app import FINE
from epelbot.cli.arguments import json_option
from epelbot.cli.output import filled, print_json, printable
from epelbot.cli.wiring import Wiring
from epelbot.errors import BadInput
from epelbot.shipped import config_folder
from epelbot.wording.settings_text import settings_example, settings_json, settings_text

_USUAL_FILE = "epelbot.toml"
# What the shipped bus settings have in place of a queue's name of one's own.
_NO_QUEUE = str(uuid.UUID(int=0))


@click.group("config")
def config() -> None:
    """The settings: one TOML file, and the environment."""


@config.command("init")
@click.argument("file", required=False)
@click.option("--bus", metavar="FILE", help="Also write settings for Fedora's public message broker.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def init(file: str | None, bus: str | None, force: bool) -> int:
    """Write an example with every setting and its default to FILE (epelbot.toml).

    With --bus and no FILE only the bus settings are written.
    """
    texts: dict[Path, str] = {}
    if bus is not None:
        shipped = (config_folder() / "bus" / "fedora-public.toml").read_text(encoding="utf-8")
        texts[Path(bus)] = shipped.replace(_NO_QUEUE, str(uuid.uuid4()))
    if file is not None or bus is None:
        named = None if bus is None else str(Path(bus).absolute())
        texts[Path(file or _USUAL_FILE)] = settings_example(named)
    if not force:
        for path in texts:
            if path.exists():
                raise BadInput(f"{path} exists; name another file, or overwrite it with --force")
    for path, text in texts.items():
        _write(path, text)
        click.echo(filled(f"Written: {path}"))
    if file is None and bus is not None:
        click.echo(filled(f"Let bus.config name it: config = {str(Path(bus).absolute())!r} under [bus]."))
    return FINE


@config.command("check")
@click.pass_obj
def check(wiring: Wiring) -> int:
    """Whether the settings, and the files that they name, can be used; nothing is connected to."""
    loaded = wiring.loaded
    settings = loaded.settings
    # Each of these reads what the settings name, and says what is wrong with it.
    profile = wiring.rulebook.profile.name
    where = wiring.bare_ledger.where
    _ = wiring.mailer, wiring.sources
    if settings.bus.config:
        _ = wiring.bus
    source = f"The settings in {loaded.file}" if loaded.file else "The built-in settings"
    click.echo(filled(f"{source} are right: profile {profile}, database {where}."))
    return FINE


@config.command("show")
@json_option
@click.pass_obj
def show(wiring: Wiring, as_json: bool) -> int:
    """Every setting as it is in force, as TOML, and where it comes from; passwords are hidden."""
    loaded = wiring.loaded
    if as_json:
        print_json(settings_json(loaded))
    else:
        click.echo(printable(settings_text(loaded)))
    return FINE


def _write(path: Path, text: str) -> None:
    """Write a whole file or none; one that is overwritten keeps its permissions."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise BadInput(f"{path} cannot be written ({error.strerror}); name another file") from error
