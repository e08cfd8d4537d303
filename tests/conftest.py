# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every test may ask for: real data, services, and the rule about skipping.

Services are named by the environment, never guessed, so that a test run touches only what it was given:

``EPELBOT_TEST_POSTGRESQL``
    SQLAlchemy URL of a PostgreSQL database whose user may create databases; each worker makes its own.
``EPELBOT_TEST_AMQP``, ``EPELBOT_TEST_RABBITMQ_API``
    AMQP URL of a RabbitMQ broker, and the URL of its management API (both with user and password).
``EPELBOT_TEST_RPM_PYTHON``
    A Python interpreter that has the rpm bindings.
``EPELBOT_TEST_REQUIRE``
    Set to 1, every skip is a failure unless its reason starts with ``cannot be had here: ``.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

ROOT = Path(__file__).resolve().parent.parent

#: How the reason of a skip starts that no installation on this machine could mend.
CANNOT = "cannot be had here: "

SERVICE_FIXTURES = frozenset({"postgresql_url", "amqp_url", "rabbitmq_api", "rpm_python"})


# A busy machine is slow at times: how long an example takes says nothing about what it found.
settings.register_profile("epelbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("epelbot")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not SERVICE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.integration)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # An expected failure is reported as skipped too.
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Under EPELBOT_TEST_REQUIRE=1, make a failure of a skip that need not be."""
    if report.outcome != "skipped" or os.environ.get("EPELBOT_TEST_REQUIRE") != "1":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not reason.startswith(CANNOT):
        report.outcome = "failed"
        report.longrepr = f"EPELBOT_TEST_REQUIRE=1 allows no skip, and this was one: {reason}"


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.skip(f"{name} is not set")
    return value


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data written by others: beside the repository, never in it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"{CANNOT}real data of others, in ../shared/data")
    return folder


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A database of this worker's own, empty at first, dropped at the end."""
    server = sa.make_url(_from_environment("EPELBOT_TEST_POSTGRESQL"))
    name = f"epelbot_test_{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            # A test that failed may have left a connection open.
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def amqp_url() -> str:
    """The broker; queues and exchanges on it are the tests' own to name and to remove."""
    return _from_environment("EPELBOT_TEST_AMQP")


@pytest.fixture(scope="session")
def rabbitmq_api() -> str:
    """The broker's management API, to see queues from outside and to cut connections."""
    return _from_environment("EPELBOT_TEST_RABBITMQ_API").rstrip("/")


@pytest.fixture(scope="session")
def rpm_python() -> str:
    """An interpreter with rpm's own bindings: the reference for our reading of RPM files."""
    return _from_environment("EPELBOT_TEST_RPM_PYTHON")
