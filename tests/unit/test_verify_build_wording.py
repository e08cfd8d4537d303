# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``verify-build`` says: compared with golden texts that a person has read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from epelbot.domain.build import FileFlag
from epelbot.domain.evidence import BuildChecked
from epelbot.policy.final_build import final_build_finding
from epelbot.wording.final_build import WIDTH, spec_changes, verify_build_json, verify_build_text
from tests.unit.readme_builds import EVERY, GOOD, PROGRAM, SAYS_NOT, check, file, rpm, torn

GOLDEN = Path(__file__).parent / "golden"

LICENSED = file(folder="/usr/share/licenses/libfoo", flags=FileFlag.LICENSE)
SOURCE = rpm("libfoo.src", file(folder="", flags=0))

CASES = {
    "carries": check(
        rpm("libfoo.x86_64", GOOD),
        rpm("libfoo.aarch64", GOOD),
        rpm("libfoo-libs.x86_64"),
        rpm("libfoo-libs.aarch64"),
        rpm("libfoo-debuginfo.x86_64"),
        SOURCE,
    ),
    "lacks": check(rpm("libfoo.x86_64", PROGRAM), rpm("python3-foo.noarch")),
    "license": check(rpm("libfoo.x86_64", LICENSED), rpm("libfoo-libs.x86_64", file("readme_retired.md"))),
    "one-architecture": check(rpm("libfoo.x86_64", GOOD), rpm("libfoo-libs.s390x", PROGRAM)),
    "says-nothing": check(rpm("libfoo.noarch", file(digest=SAYS_NOT))),
    "source-only": check(rpm("libfoo.x86_64", PROGRAM), SOURCE),
    "every": check(rpm("libfoo.x86_64", GOOD), rpm("libfoo-libs.x86_64"), rules=EVERY),
    "unreadable": check(torn("libfoo.x86_64"), rpm("libfoo-libs.x86_64", PROGRAM)),
    "no-binary": check(SOURCE),
}


def text_of(checked: BuildChecked) -> str:
    return verify_build_text(checked, final_build_finding(checked))


@pytest.mark.parametrize("case", CASES)
def test_the_terminal_says(case: str) -> None:
    assert text_of(CASES[case]) == (GOLDEN / f"verify-build-{case}.txt").read_text()


def test_files_show_no_more_than_themselves() -> None:
    yes = CASES["carries"]
    said = verify_build_text(yes, final_build_finding(yes), of_files=True)
    assert said.startswith(text_of(yes))
    assert "That is as far as these files show." in said
    no = CASES["lacks"]
    assert verify_build_text(no, final_build_finding(no), of_files=True) == text_of(no)


@pytest.mark.parametrize("case", CASES)
def test_no_line_is_wider_than_a_terminal(case: str) -> None:
    assert max(map(len, text_of(CASES[case]).splitlines())) <= WIDTH


def test_a_path_without_a_space_is_broken_rather_than_left_hanging_out() -> None:
    long = file("README-RETIRED.md", folder="/opt/" + "x" * 190)
    assert max(map(len, text_of(check(rpm("libfoo.x86_64", long))).splitlines())) <= WIDTH


def test_a_name_out_of_an_rpm_cannot_paint_on_the_terminal() -> None:
    checked = check(rpm("evil\x1b[2J.noarch", file("README-RETIRED.md\x1b[31m")), torn("a\rb.x86_64"))
    assert text_of(checked).replace("\n", "").isprintable()


def test_hundreds_of_packages_do_not_flood_the_terminal() -> None:
    checked = check(*(rpm(f"libfoo-l{number}.noarch") for number in range(500)), rules=EVERY)
    text = text_of(checked)
    assert len(text.splitlines()) < 150
    assert "... and 470 more; --json lists them all" in text
    assert len(verify_build_json(checked, final_build_finding(checked))["rpms"]) == 500


def test_json_has_the_keys_that_others_script_against() -> None:
    checked = CASES["license"]
    found = verify_build_json(checked, final_build_finding(checked))
    assert json.loads(json.dumps(found)) == found
    assert (found["build"], found["verdict"]) == ("libfoo-1.2-3.el9", "must-act")
    licensed, misnamed = found["rpms"]
    assert licensed == {
        "rpm": "libfoo",
        "arch": "x86_64",
        "readme": {
            "path": "/usr/share/licenses/libfoo/README-RETIRED.txt",
            "doc": False,
            "regular": True,
            "size": 300,
            "says_retired": None,
        },
        "problem": "is flagged %license instead of %doc",
    }
    assert misnamed["problem"] == "is not named README-RETIRED.txt"
    (finding,) = found["findings"]
    assert {
        "rule",
        "verdict",
        "measured",
        "required",
        "flips_on",
        "remedy",
        "waivable_by",
        "evidence",
    } <= set(finding)


def test_json_has_no_readme_where_there_is_none_and_a_problem_where_an_rpm_is_torn() -> None:
    found = verify_build_json(CASES["unreadable"], final_build_finding(CASES["unreadable"]))
    torn_one, bare = found["rpms"]
    assert (found["verdict"], torn_one["readme"], bare["readme"]) == ("cannot-know", None, None)
    assert "cut short" in torn_one["problem"]
    assert bare["problem"] is None


def test_the_source_package_of_a_final_build_is_no_problem() -> None:
    found = verify_build_json(CASES["carries"], final_build_finding(CASES["carries"]))
    assert {one["problem"] for one in found["rpms"]} == {None}
    assert found["without"] == ["libfoo-libs"]


def test_a_final_build_needs_no_change_to_the_spec_file() -> None:
    assert spec_changes(CASES["carries"]) == ()
    assert spec_changes(CASES["unreadable"]) == ()
