# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The long run: as many histories as wanted, from a seed."""

from __future__ import annotations

import logging
import time

import click
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.order.machine import Order


@click.command()
@click.option("--examples", default=2000, show_default=True, help="How many histories to play.")
@click.option("--seed", "number", default=1, show_default=True, help="Another one, other histories.")
@click.option("--steps", default=14, show_default=True, help="At most so many things happen in each.")
@click.option(
    "--shrink/--no-shrink", default=True, show_default=True, help="Look for a shorter one that fails."
)
def main(examples: int, number: int, steps: int, shrink: bool) -> None:
    """Play histories in any order, with repetitions and losses: one sweep must end each in the same state.

    What fails is printed as the steps that lead to it, and the exit status is 1.
    """
    # Sources go down all the time here.
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    run_state_machine_as_test(
        seed(number)(Order),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            verbosity=Verbosity.normal,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    click.echo(f"{examples} histories from seed {number}, no complaint, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
