# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast an EPEL-size repository and its base are loaded, and how fast it is told what breaks.

    python -m tests.benchmarks.repodata_bench

makes the metadata in a temporary folder. Every round runs all contestants, in random order; what counts is
the ratio of their medians to ``zcat`` of the same files. Counted is processor time, our own and that of the
commands started, so that a busy machine spoils no ratio.
"""

from __future__ import annotations

import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import solv

from epelbot.http import Http
from epelbot.policy.dependencies import Dependencies
from epelbot.sources.repodata import Store
from epelbot.sources.repodata.graph import ArchPool, graph_of
from epelbot.sources.repodata.store import Snapshot
from epelbot.testing.repo_writer import PackageSpec, write_repository

ROUNDS = 7
SOURCES = 12_000
BINARIES = 25_000
QUESTIONS = 200
#: Then primary.xml has about 2.9 KB for a package, packed to a twelfth, as that of CentOS Stream 9 has.
DESCRIPTION_SENTENCES = 12
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLACES = ("collection", "sources", "base")

#: What nearly every package needs of the base, or of rpm itself.
BASE_NEEDS = (
    "libc.so.6()(64bit)",
    "libc.so.6(GLIBC_2.34)(64bit)",
    "libc.so.6(GLIBC_2.2.5)(64bit)",
    "libm.so.6()(64bit)",
    "rtld(GNU_HASH)",
    "/usr/bin/sh",
    "bash >= 5.1",
    "python(abi) = 3.9",
    "rpmlib(CompressedFileNames) <= 3.0.4-1",
    "rpmlib(FileDigests) <= 4.6.0-1",
    "rpmlib(PayloadIsZstd) <= 5.4.18-1",
)


def main() -> None:
    """Make the metadata, race, and print the medians."""
    with tempfile.TemporaryDirectory(prefix="epelbot-bench-") as name:
        folder = Path(name)
        _write(folder)
        _race(folder)


def _write(folder: Path) -> None:
    source = random.Random(20190214)  # noqa: S311 - the same repository every time is what is wanted
    binaries = list(_binaries(source))
    write_repository(folder / "collection", binaries)
    write_repository(folder / "sources", _source_packages(source, binaries))
    write_repository(folder / "base", _base())


def _binaries(source: random.Random) -> Iterator[PackageSpec]:
    """Packages in the order in which they could have been built: needs look back, to the popular ones."""
    words = [source.randbytes(source.randint(1, 5)).hex() for _ in range(400)]
    sentences = [" ".join(source.choices(words, k=15)) for _ in range(200)]
    for number in range(BINARIES):
        of = number if number < SOURCES else source.randrange(SOURCES)
        name = f"package{number:05}"
        yield PackageSpec(
            name,
            f"{number % 9}.{number % 7}-{number % 5 + 1}.el9",
            "noarch" if number % 2 else "x86_64",
            f"package{of:05}",
            provides=(
                f"{name}(x86-64) = {number % 9}.{number % 7}-{number % 5 + 1}.el9",
                f"lib{name}.so.1()(64bit)",
                f"lib{name}.so.1(BASE_1.0)(64bit)",
                f"pkgconfig({name}) = {number % 9}.{number % 7}",
                f"crate({name}/default) = {number % 9}.{number % 7}",
            ),
            requires=(
                *source.sample(BASE_NEEDS, 8),
                *(_need(source, number) for _ in range(source.choice((0, 0, 1, 1, 2, 3, 8)))),
            ),
            files=(f"/usr/bin/{name}", *(f"/usr/share/{name}/file{at}" for at in range(8))),
            description=" ".join(source.choices(sentences, k=DESCRIPTION_SENTENCES)),
        )


def _need(source: random.Random, number: int) -> str:
    target = int(max(number, 1) * source.random() ** 1.5)
    name = f"package{target:05}"
    return source.choice(
        (
            name,
            f"{name} >= {target % 9}",
            f"lib{name}.so.1()(64bit)",
            f"lib{name}.so.1(BASE_1.0)(64bit)",
            f"pkgconfig({name})",
            f"/usr/bin/{name}",
            f"({name} or package{(target + 1) % BINARIES:05})",
            f"(crate({name}/default) >= {target % 9}.0 with crate({name}/default) < {target % 9 + 1}~)",
        )
    )


def _source_packages(source: random.Random, binaries: Sequence[PackageSpec]) -> Iterator[PackageSpec]:
    for number in range(SOURCES):
        needs = ("gcc", "make", *source.sample(BASE_NEEDS[:8], 6), *(_need(source, number) for _ in range(7)))
        yield PackageSpec(f"package{number:05}", binaries[number].evr, "src", requires=needs)


def _base() -> Iterator[PackageSpec]:
    provided = tuple(
        need for need in BASE_NEEDS if need[0] != "/" and not need.startswith(("rpmlib", "bash"))
    )
    yield PackageSpec("glibc", "2.34-100", "x86_64", provides=provided)
    yield PackageSpec("bash", "5.1.8-9", "x86_64", files=("/usr/bin/sh", "/usr/bin/bash"))
    for number in range(600):
        name = ("gcc", "make")[number] if number < len(("gcc", "make")) else f"base{number:03}"
        yield PackageSpec(name, "1.0-1", "x86_64", requires=("glibc",))


class _KeepingTimed(Store):
    """Tells how long it took to write what is read the next time, which is no part of loading."""

    keeping = 0.0

    def _keep(self, snapshot: Snapshot, repo: solv.Repo, *, files: bool) -> None:
        started = _spent()
        super()._keep(snapshot, repo, files=files)
        self.keeping += _spent() - started


@dataclass(slots=True)
class _Contest:
    folder: Path
    http: Http
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def zcat(self) -> None:
        files = [str(next((self.folder / one / "repodata").glob("*-primary.xml.gz"))) for one in PLACES]
        with subprocess.Popen(["zcat", *files], stdout=subprocess.PIPE) as unpacked:
            subprocess.run(["wc", "-c"], stdin=unpacked.stdout, check=True, stdout=subprocess.DEVNULL)

    def cold(self) -> float:
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        store = self.store("cache")
        started = _spent()
        self.load(store)
        self.seconds.setdefault("keeping", []).append(store.keeping)
        return _spent() - started - store.keeping

    def cached(self) -> None:
        self.load(self.store("kept"))

    def store(self, cache: str) -> _KeepingTimed:
        day = timedelta(days=1)
        return _KeepingTimed(self.folder / cache, self.http, refresh=day, max_age=day, now=lambda: NOW)

    def load(self, store: Store) -> ArchPool:
        pool = solv.Pool()
        pool.setdisttype(solv.Pool.DISTTYPE_RPM)
        pool.setarch("x86_64")
        repos = [pool.add_repo(one) for one in PLACES]
        for one, repo in zip(PLACES, repos, strict=True):
            store.load(store.snapshot(str(self.folder / one)), repo, files=False)
        return ArchPool(pool, (repos[0],), (repos[1],))

    def index(self) -> float:
        pool = self.load(self.store("kept"))
        started = _spent()
        _prepared(pool)
        return _spent() - started

    def time(self, name: str, work: Callable[[], object]) -> None:
        started = _spent()
        told = work()
        spent = _spent() - started
        self.seconds.setdefault(name, []).append(told if isinstance(told, float) else spent)


def _spent() -> float:
    """Seconds of processor time so far, with those of commands that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _prepared(pool: ArchPool) -> Dependencies:
    pool.pool.addfileprovides()
    pool.pool.createwhatprovides()
    return Dependencies(graph_of([pool])[0])


def _race(folder: Path) -> None:
    with Http() as http:
        contest = _Contest(folder, http)
        # Once for all, unmeasured: what the cached ones read.
        known = _prepared(contest.load(contest.store("kept")))
        contestants = (
            ("zcat", contest.zcat),
            ("cold", contest.cold),
            ("cached", contest.cached),
            ("index", contest.index),
        )
        for _ in range(ROUNDS):
            for name, work in random.sample(contestants, len(contestants)):
                contest.time(name, work)
    medians = {name: statistics.median(spent) for name, spent in contest.seconds.items()}
    graph = known.graph
    _say(
        f"{len(graph.packages):,} packages of {len(graph.sources):,} sources, {len(graph.needs):,} needs "
        f"among themselves, {len(known.broken_before()):,} broken before"
    )
    for name, goal in (
        ("zcat", ""),
        ("cold", "goal: at most 2.5x"),
        ("keeping", ""),
        ("cached", "goal: at most 0.3x"),
        ("index", ""),
    ):
        ratio = medians[name] / medians["zcat"]
        _say(f"{_WHAT[name]:<46} {medians[name] * 1e3:9.1f} ms {ratio:6.2f}x zcat   {goal}")
    _ask(known)


_WHAT = {
    "zcat": "zcat of the three primary files | wc -c",
    "cold": "loaded and checked",
    "keeping": "then written as .solv for the next time",
    "cached": "loaded from .solv, checked",
    "index": "the requirement index, once for each change",
}


def _ask(known: Dependencies) -> None:
    spent, sizes = [], []
    for name in known.graph.sources:
        started = time.process_time()
        rpms, builds = known.breaks([name])
        spent.append(time.process_time() - started)
        sizes.append(len(rpms) + len(builds))
    some = random.sample(range(len(spent)), QUESTIONS)
    median = statistics.median(spent[one] for one in some)
    _say(
        f"what breaks if X leaves: {QUESTIONS} of all, median {median * 1e3:.4f} ms (goal: 0.05), "
        f"worst {max(spent) * 1e3:.1f} ms; median of all {statistics.median(spent) * 1e3:.4f} ms"
    )
    _say(f"  what falls: median {statistics.median(sizes):.0f}, at most {max(sizes):,}")
    _say(f"all {len(spent):,} sources, one by one: {sum(spent):.2f} s (goal: below 10 s)")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
