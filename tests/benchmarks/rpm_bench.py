# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast RPM files are read, beside rpm's own bindings and the C decompressors, in one run.

    python -m tests.benchmarks.rpm_bench

builds its packages with rpmbuild in a temporary folder. Every round runs all contestants, in random order;
what counts is the ratio of their medians. ``EPELBOT_TEST_RPM_PYTHON`` names the interpreter that has the rpm
bindings (default: /usr/bin/python3).
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from epelbot.sources.rpm import read_header, rpm_header_of_file, rpm_text

ROUNDS = 7
SPECS = Path(__file__).resolve().parent.parent / "specs"
ROOT = SPECS.parent.parent
NOTICE = "/usr/share/doc/large-payload/README-RETIRED.txt"

#: Python modules per package: EPEL has many small packages and a few large ones.
MODULES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 60, 100, 200, 1000)
REPEATS = 150

#: rpm's name of the payload, and the tool that unpacks it.
PAYLOADS = {"w6.gzdio": "gzip", "w2.xzdio": "xz", "w3.zstdio": "zstd"}
BALLAST_WORDS = 7_000_000

BINDINGS = """
import os, sys, time
import rpm
ts = rpm.TransactionSet()
ts.setVSFlags(rpm.RPMVSF_MASK_NOSIGNATURES)

def columns(path):
    descriptor = os.open(path, os.O_RDONLY)
    h = ts.hdrFromFdno(descriptor)
    os.close(descriptor)
    provides = zip(h["providename"], h["provideflags"], h["provideversion"])
    return h["filenames"], h["fileflags"], tuple(provides), h["nevra"]

def objects(path):
    descriptor = os.open(path, os.O_RDONLY)
    h = ts.hdrFromFdno(descriptor)
    os.close(descriptor)
    files = [(f.name, f.fflags, f.mode, f.size, f.digest) for f in rpm.files(h)]
    return files, [(p.N(), p.Flags(), p.EVR()) for p in rpm.ds(h, "provides")], h["nevra"]

read, repeats, paths = globals()[sys.argv[1]], int(sys.argv[2]), sys.argv[3:]
for path in paths:
    read(path)
started = time.perf_counter()
for _ in range(repeats):
    for path in paths:
        read(path)
print((time.perf_counter() - started) / repeats / len(paths))
"""


class Measurement(NamedTuple):
    """Seconds per piece of work, ours and the reference's; ``goal`` bounds their ratio."""

    what: str
    ours: float
    reference: float
    goal: str

    @property
    def ratio(self) -> float:
        """Our time over the reference's: below 1 we are faster."""
        return self.ours / self.reference

    def __str__(self) -> str:
        return (
            f"{self.what:<42} {self.ours * 1e3:9.3f} ms {self.reference * 1e3:9.3f} ms "
            f"{self.ratio:5.2f}x   {self.goal}"
        )


def columns(path: Path) -> object:
    """What a look at a build needs of a header: names, flags, provides."""
    header = rpm_header_of_file(path)
    return header.file_paths, header.file_flags, header.provides, str(header.nevra)


def objects(path: Path) -> object:
    """The same with a value for each file."""
    header = rpm_header_of_file(path)
    return header.files, header.provides, str(header.nevra)


def run() -> list[Measurement]:
    """Build the packages, race, and give back the medians."""
    with tempfile.TemporaryDirectory(prefix="epelbot-bench-") as folder:
        return [*_race_headers(Path(folder) / "headers"), *_race_payloads(Path(folder) / "payloads")]


def _race_headers(top: Path) -> list[Measurement]:
    for modules in MODULES:
        _rpmbuild(top, "many-files.spec", {"modules": str(modules)})
    packages = sorted((top / "RPMS").rglob("*.rpm"))
    arguments = [str(REPEATS), *map(str, packages)]
    bindings = os.environ.get("EPELBOT_TEST_RPM_PYTHON", "/usr/bin/python3")
    contestants = {}
    for form in ("columns", "objects"):
        ours = [sys.executable, "-m", "tests.benchmarks.rpm_bench", form, *arguments]
        contestants[form] = partial(_reported, ours)
        contestants[f"bindings {form}"] = partial(_reported, [bindings, "-c", BINDINGS, form, *arguments])
    medians = _race(contestants)
    return [
        Measurement(
            "header, verified: names, flags, provides",
            medians["columns"],
            medians["bindings columns"],
            "python3-rpm; goal: at most 1.33x (0.75 of its rate)",
        ),
        Measurement(
            "header, verified: a value for each file",
            medians["objects"],
            medians["bindings objects"],
            "python3-rpm's rpm.files() and rpm.ds()",
        ),
    ]


def _race_payloads(top: Path) -> list[Measurement]:
    top.mkdir(parents=True)
    ballast = top / "ballast"
    ballast.write_bytes(_ballast())
    contestants: dict[str, Callable[[], float]] = {}
    sizes = {}
    for payload, tool in PAYLOADS.items():
        _rpmbuild(top / tool, "large-payload.spec", {"ballast": str(ballast), "_binary_payload": payload})
        (package,) = (top / tool / "RPMS").rglob("*.rpm")
        packed = top / f"payload.{tool}"
        with package.open("rb") as stream:
            read_header(stream)
            packed.write_bytes(stream.read())
        sizes[tool] = packed.stat().st_size
        contestants[tool] = partial(_timed, partial(rpm_text, package, NOTICE, 1 << 16))
        command = [tool, "-dc", str(packed)]
        contestants[f"{tool} -dc"] = partial(
            _timed, partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL)
        )
    medians = _race(contestants)
    return [
        Measurement(
            f"README out of a {sizes[tool] / 1e6:.0f} MB {tool} payload",
            medians[tool],
            medians[f"{tool} -dc"],
            f"{tool} -dc; goal: at most 1.1x",
        )
        for tool in PAYLOADS.values()
    ]


def _ballast() -> bytes:
    """Text of made-up words, which packs to about a third."""
    source = random.Random(20190214)  # noqa: S311 - the same text every time is what is wanted
    words = [source.randbytes(source.randint(1, 5)).hex() for _ in range(4000)]
    return " ".join(source.choices(words, k=BALLAST_WORDS)).encode()


def _rpmbuild(top: Path, spec: str, macros: Mapping[str, str]) -> None:
    defines = [f"--define={name} {value}" for name, value in {"_topdir": str(top), **macros}.items()]
    subprocess.run(["rpmbuild", "-bb", "--quiet", *defines, SPECS / spec], check=True, capture_output=True)


def _race(contestants: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Seconds, as the median of all rounds, by name."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name in random.sample(sorted(contestants), len(contestants)):
            seconds[name].append(contestants[name]())
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _reported(command: Sequence[str]) -> float:
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return float(done.stdout)


def _read_repeatedly(form: str, repeats: int, paths: Sequence[Path]) -> float:
    """Seconds per header."""
    read = {"columns": columns, "objects": objects}[form]
    for path in paths:
        read(path)
    started = time.perf_counter()
    for _ in range(repeats):
        for path in paths:
            read(path)
    return (time.perf_counter() - started) / repeats / len(paths)


if __name__ == "__main__":
    if sys.argv[1:]:
        form, repeats, *names = sys.argv[1:]
        print(_read_repeatedly(form, int(repeats), [Path(name) for name in names]))  # noqa: T201 - read by the race
    else:
        print(f"{'':<42} {'ours':>12} {'reference':>12}  ratio")  # noqa: T201 - a command's output
        for measurement in run():
            print(measurement)  # noqa: T201 - a command's output
