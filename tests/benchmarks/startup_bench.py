# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long ``epelbot --help`` takes, beside a Python that starts and does nothing, in one run.

    python -m tests.benchmarks.startup_bench

Every round runs both, in random order; what counts is the ratio of their medians.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 31
GOAL = 12.0
ROOT = Path(__file__).resolve().parent.parent.parent

CONTESTANTS = {
    "epelbot --help": [sys.executable, "-m", "epelbot", "--help"],
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -c 'import click'": [sys.executable, "-c", "import click"],
}


def run() -> dict[str, float]:
    """Seconds of each contestant, as the median of all rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    for command in CONTESTANTS.values():
        _timed(command)
    for _ in range(ROUNDS):
        for name in random.sample(sorted(CONTESTANTS), len(CONTESTANTS)):
            seconds[name].append(_timed(CONTESTANTS[name]))
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    medians = run()
    empty = medians["python -c pass"]
    for name, taken in medians.items():
        sys.stdout.write(f"{name:<26} {taken * 1000:7.1f} ms  {taken / empty:5.1f}x\n")
    sys.stdout.write(f"goal: epelbot --help at most {GOAL:g}x\n")


if __name__ == "__main__":
    main()
