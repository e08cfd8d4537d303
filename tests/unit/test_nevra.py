# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of builds, and the order of versions: rpm's own, by a table, by its laws, and by rpm itself."""

from __future__ import annotations

import json
import random
import subprocess
from functools import cmp_to_key
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.nevra import EVR, NEVRA, NVR, compare_versions

# Each list from the lowest to the highest.
IN_ORDER = {
    "numbers": ["0", "1", "2", "9", "10", "011", "100"],
    "parts": ["1", "1.0", "1.0.1", "1.1", "1.10", "2"],
    "letters before numbers": ["1.a", "1.b", "1.0", "1.1"],
    "letters": ["A", "B", "Z", "a", "ab", "b"],
    "a longer one is later": ["1.0", "1.0a", "1.0b", "1.0.0"],
    "tilde before the end": ["1.0~~", "1.0~alpha", "1.0~rc1~git1", "1.0~rc1", "1.0~rc2", "1.0"],
    "caret after the end": ["1.0", "1.0^git1~pre", "1.0^git1", "1.0^git2", "1.0^20200101", "1.0.1"],
    "tilde against caret": ["1.0~", "1.0~rc1^git1", "1.0", "1.0^~", "1.0^"],
    "longer than Python's int() takes": ["1" + "0" * 5000, "1" + "0" * 4999 + "1", "2" + "0" * 5000],
}
# rpm ranks these the same.
ALIKE = [
    ("1.0", "1.00"),
    ("1.0", "1_0"),
    ("1.0", "1.0."),
    ("1.0", "..1..0"),
    ("2.0+1", "2.0.1"),
    ("5", "0005"),
    ("1.0é", "1.0"),
    ("fc33", "fc.33"),
    ("1.0a", "1.0.a"),
    ("", "._+"),
]
VERSIONS = st.text(alphabet="019ab.~^+_é", max_size=12)


@pytest.mark.parametrize("name", IN_ORDER)
def test_versions_in_rpms_order(name: str) -> None:
    versions = IN_ORDER[name]
    for at, lower in enumerate(versions):
        for higher in versions[at + 1 :]:
            assert (compare_versions(lower, higher), compare_versions(higher, lower)) == (-1, 1)


@pytest.mark.parametrize(("left", "right"), ALIKE)
def test_separators_and_zeros_in_front_make_no_difference(left: str, right: str) -> None:
    assert compare_versions(left, right) == compare_versions(right, left) == 0


@given(VERSIONS, VERSIONS)
def test_seen_from_the_other_side_the_order_is_the_opposite(left: str, right: str) -> None:
    assert compare_versions(left, right) == -compare_versions(right, left)


@given(VERSIONS)
def test_every_version_is_as_high_as_itself(version: str) -> None:
    assert compare_versions(version, version) == 0


@given(VERSIONS, VERSIONS, VERSIONS)
def test_what_is_higher_than_the_higher_is_higher(one: str, two: str, three: str) -> None:
    low, middle, high = sorted((one, two, three), key=cmp_to_key(compare_versions))
    assert compare_versions(low, middle) <= 0
    assert compare_versions(middle, high) <= 0
    assert compare_versions(low, high) <= 0


@given(VERSIONS)
def test_a_tilde_makes_it_lower_and_a_caret_higher(version: str) -> None:
    assert compare_versions(f"{version}~rc1", version) == -1
    assert compare_versions(f"{version}^git1", version) == 1


def test_an_epoch_outweighs_any_version() -> None:
    assert EVR(1, "0", "1") > EVR(0, "999", "1")
    assert EVR(0, "1", "2") > EVR(0, "1", "1")
    assert EVR(0, "2", "1") > EVR(0, "1", "9")


@given(*[st.builds(EVR, st.integers(0, 2), VERSIONS, VERSIONS)] * 2)
def test_one_of_less_alike_and_greater_holds(one: EVR, other: EVR) -> None:
    alike = one.compare(other) == 0
    assert [one < other, alike, one > other].count(True) == 1
    assert (one <= other, one >= other) == (one < other or alike, one > other or alike)


def test_a_name_is_split_at_its_last_two_hyphens() -> None:
    assert NVR.parse("python3-foo-bar-1.0~rc1-2.el9") == NVR("python3-foo-bar", "1.0~rc1", "2.el9")


@pytest.mark.parametrize("text", ["", "foo", "foo-1", "foo--1", "-1-1", "foo-1-", "a/b-1-1", "foo-1 0-1"])
def test_what_is_no_name_of_a_build_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a name-version-release"):
        NVR.parse(text)


@given(*[st.from_regex(r"[a-z0-9.+~^_]{1,9}", fullmatch=True)] * 3)
def test_a_builds_name_survives_writing_and_reading(name: str, version: str, release: str) -> None:
    assert NVR.parse(str(NVR(f"{name}-x", version, release))) == NVR(f"{name}-x", version, release)


def test_no_epoch_counts_as_zero_and_zero_is_not_written() -> None:
    nvr = NVR("foo", "1.0", "1.el9")
    assert nvr.evr(None) == nvr.evr(0)
    assert str(nvr.evr(None)) == "1.0-1.el9"
    assert str(nvr.evr(2)) == "2:1.0-1.el9"
    assert str(NEVRA("foo", 2, "1.0", "1.el9", "noarch")) == "foo-2:1.0-1.el9.noarch"


def test_a_table_of_others_says_the_same(shared_data: Path) -> None:
    table = shared_data / "rpms" / "cavaliergopher+rpm" / "vercmp.json"
    rows = json.loads(table.read_text())
    assert len(rows) > 100
    wrong = [row for row in rows if compare_versions(row["a"], row["b"]) != row["expect"]]
    assert wrong == []


ORACLE = """
import json, sys, rpm
rows = json.load(sys.stdin)
json.dump([rpm.labelCompare(("0", a, "1"), ("0", b, "1")) for a, b in rows], sys.stdout)
"""


def test_rpm_itself_says_the_same_of_thousands_of_pairs(rpm_python: str) -> None:
    made = _pairs(random.Random(2019), 20_000)  # noqa: S311 -- the same pairs each time
    pairs = made + [(right, left) for left, right in made]
    done = subprocess.run(
        [rpm_python, "-c", ORACLE], input=json.dumps(pairs), capture_output=True, text=True, check=True
    )
    theirs: list[int] = json.loads(done.stdout)
    ours = [compare_versions(left, right) for left, right in pairs]
    assert [
        (*pair, mine, its) for pair, mine, its in zip(pairs, ours, theirs, strict=True) if mine != its
    ] == []


def _pairs(chance: random.Random, count: int) -> list[tuple[str, str]]:
    """Pairs that have much in common, since the interesting differences come late."""
    parts = ["0", "1", "01", "9", "10", "a", "b", "ab", "B", "rc", ".", "-", "_", "+", "~", "^", "~~", "^^"]
    pairs = []
    for _ in range(count):
        same, mine, others = ("".join(chance.choices(parts, k=chance.randint(0, 4))) for _ in range(3))
        # rpm refuses an empty version.
        pairs.append((f"1{same}{mine}", f"1{same}{others}"))
    return pairs
