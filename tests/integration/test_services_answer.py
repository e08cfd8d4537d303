# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services that other tests build on are what they are taken for."""

from __future__ import annotations

import subprocess

import pika
import requests
import sqlalchemy as sa


def test_the_database_is_our_own(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert str(connection.scalar(sa.text("SELECT current_database()"))).startswith("epelbot_test_")
        # UTF-8, or names of people break.
        assert connection.scalar(sa.text("SHOW server_encoding")) == "UTF8"


def test_the_broker_and_its_management_api_are_one(amqp_url: str, rabbitmq_api: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    queue = connection.channel().queue_declare("", exclusive=True).method.queue
    try:
        answer = requests.get(f"{rabbitmq_api}/queues/%2F/{queue}", timeout=10)
        assert answer.json()["name"] == queue
    finally:
        connection.close()


def test_the_interpreter_has_the_rpm_bindings(rpm_python: str) -> None:
    subprocess.run([rpm_python, "-c", "import rpm; rpm.ts()"], check=True)
