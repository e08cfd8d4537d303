# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`epelbot run`, `consume` and `work`: the bot itself, whole or in parts."""

from __future__ import annotations

import logging
import os
import socket
import threading

import click

from epelbot import __version__
from epelbot.cli.app import FINE
from epelbot.cli.stopping import stopping
from epelbot.cli.wiring import BusConsumer, Wiring
from epelbot.services.sweep_timer import SweepTimer
from epelbot.services.worker import Worker

_log = logging.getLogger("epelbot")


@click.command("consume")
@click.pass_obj
def consume(wiring: Wiring) -> int:
    """Take messages from the bus into the inbox, until SIGTERM or Ctrl-C."""
    with stopping() as stop:
        bus = wiring.bus
        # The ledger is asked for now, so that one that is not set up is told before anything is taken.
        _announce(wiring, "consumes", f"from {bus.broker}, into {wiring.ledger.where}")
        _consume(bus, stop)
    return FINE


@click.command("work")
@click.option("--until-idle", is_flag=True, help="Leave when nothing is left to do now.")
@click.pass_obj
def work(wiring: Wiring, until_idle: bool) -> int:
    """Record, judge, tell and deliver what is waiting, until SIGTERM or Ctrl-C."""
    with stopping() as stop:
        worker = _worker(wiring)
        _announce(wiring, "works", f"on {wiring.ledger.where}")
        worker.run(stop, until_idle=until_idle)
    return FINE


@click.command("run")
@click.pass_obj
def run(wiring: Wiring) -> int:
    """Consume, work and deliver in one process, until SIGTERM or Ctrl-C."""
    with stopping() as stop:
        bus, worker = wiring.bus, _worker(wiring)
        _announce(wiring, "runs", f"on {wiring.ledger.where}, with messages from {bus.broker}")
        sweeps = _sweeps(wiring, stop)
        consumer = _ConsumerThread(bus, stop)
        consumer.start()
        if sweeps is not None:
            sweeps.start()
        try:
            worker.run(stop, until_idle=False)
        finally:
            # Neither half goes on without the other: whoever watches the process starts both again.
            stop.set()
            consumer.join()
            if sweeps is not None:
                sweeps.join()
    if consumer.failure is not None:
        raise consumer.failure
    return FINE


class _ConsumerThread(threading.Thread):
    def __init__(self, bus: BusConsumer, stop: threading.Event) -> None:
        super().__init__(name="epelbot-consumer")
        self._bus = bus
        self._stop_asked = stop
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            _consume(self._bus, self._stop_asked)
        except BaseException as error:  # noqa: BLE001 -- kept for the main thread, which raises it
            self.failure = error
        finally:
            self._stop_asked.set()


def _sweeps(wiring: Wiring, stop: threading.Event) -> threading.Thread | None:
    """The thread that catches up and sweeps; made before the consumer stores what comes in now."""
    times = wiring.settings.sweep
    if not wiring.settings.sources.online or not (times.at_start or times.every_hours):
        return None
    timer = SweepTimer(
        wiring.ledger, wiring.rulebook, wiring.more_sources(), wiring.intake, times, wiring.now
    )
    return threading.Thread(target=timer.run, args=(stop, timer.gap()), name="epelbot-sweep", daemon=True)


def _consume(bus: BusConsumer, stop: threading.Event) -> None:
    taken = bus.run(stop)
    _log.info(
        "taken in: %d new, %d known, %d not followed, %d parked",
        taken.new,
        taken.known,
        taken.not_followed,
        taken.parked,
    )


def _worker(wiring: Wiring) -> Worker:
    return Worker(
        ledger=wiring.ledger,
        rulebook=wiring.rulebook,
        sources=wiring.sources,
        mailer=wiring.mailer,
        settings=wiring.settings,
        clock=wiring.now,
        holder=f"{socket.gethostname()}:{os.getpid()}",
    )


def _announce(wiring: Wiring, what: str, where: str) -> None:
    of = wiring.settings
    _log.info(
        "epelbot %s %s %s; look-ups are %s, mail is %s",
        __version__,
        what,
        where,
        "on" if of.sources.online else "off",
        "sent" if of.deliver.mail == "send" else "held",
    )
