# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make bench``: every measurement, one after the other, each against references taken beside it."""

from __future__ import annotations

import sys

from tests.benchmarks import (
    bus_bench,
    repodata_bench,
    rpm_bench,
    scale_bench,
    startup_bench,
    sweep_bench,
    work_bench,
)


def main() -> None:
    """Run all benchmarks; a name on the command line runs that one alone."""
    benches = {
        "startup": startup_bench,
        "rpm": rpm_bench,
        "repodata": repodata_bench,
        "work": work_bench,
        "scale": scale_bench,
        "sweep": sweep_bench,
        "bus": bus_bench,
    }
    for name in sys.argv[1:] or benches:
        sys.stdout.write(f"== {name}\n")
        benches[name].main()


if __name__ == "__main__":
    main()
