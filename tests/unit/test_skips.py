# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A skip must not hide a missing service where everything has to be there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import CANNOT, ROOT

if TYPE_CHECKING:
    from pathlib import Path

INNER = {
    "in a test": "import pytest\ndef test_inner():\n    pytest.skip('{reason}')\n",
    "by mark": "import pytest\n@pytest.mark.skipif(True, reason='{reason}')\ndef test_inner():\n    pass\n",
    "in a fixture": (
        "import pytest\n@pytest.fixture\ndef service():\n    pytest.skip('{reason}')\n"
        "def test_inner(service):\n    pass\n"
    ),
    "of a module": "import pytest\npytest.skip('{reason}', allow_module_level=True)\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_inner():\n    assert False\n"


def run_inner(folder: Path, source: str, require: str) -> str:
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "test_inner.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = integration\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", folder],
        cwd=folder,
        env=os.environ | {"EPELBOT_TEST_REQUIRE": require},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("source", INNER.values(), ids=INNER)
def test_a_skip_is_refused_where_everything_is_required(tmp_path: Path, source: str) -> None:
    closing = run_inner(tmp_path, source.format(reason="no service"), require="1")
    assert "skipped" not in closing
    assert "1 failed" in closing or "1 error" in closing


@pytest.mark.parametrize("source", INNER.values(), ids=INNER)
def test_an_unavoidable_skip_stays_one(tmp_path: Path, source: str) -> None:
    assert "1 skipped" in run_inner(tmp_path, source.format(reason=f"{CANNOT}a mainframe"), require="1")


def test_a_skip_stays_one_where_nothing_is_required(tmp_path: Path) -> None:
    assert "1 skipped" in run_inner(tmp_path, INNER["in a test"].format(reason="no service"), require="")


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    assert "1 xfailed" in run_inner(tmp_path, EXPECTED_FAILURE, require="1")
