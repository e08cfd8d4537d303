# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""fedora-messaging's configuration file as our own consumer reads it.

The same TOML file works for ``epelbot consume`` and for a plain ``fedora-messaging consume``, so what an
operator knows about the one holds for the other. Read are ``amqp_url``, ``tls``, ``client_properties``,
``exchanges``, ``queues``, ``bindings``, ``qos`` and ``passive_declares``.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pika
from fedora_messaging.config import LazyConfig
from fedora_messaging.exceptions import ConfigurationException

from epelbot.errors import ConfigError

_DEFAULT_FILE = "/etc/fedora-messaging/config.toml"


@dataclass(frozen=True, slots=True)
class Binding:
    """One routing key of one exchange that leads into a queue."""

    exchange: str
    routing_key: str
    arguments: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue to consume from; an empty name lets the broker choose one.

    ``survives_cancel``: whether the queue, and what waits in it, stays when its consumer is cancelled.
    """

    name: str
    durable: bool
    auto_delete: bool
    exclusive: bool
    arguments: dict[str, Any]
    bindings: tuple[Binding, ...]

    @property
    def survives_cancel(self) -> bool:
        """False for an auto-delete queue, as they are on Fedora's public broker."""
        return not self.auto_delete


@dataclass(frozen=True, slots=True)
class Bus:
    """The broker, what is declared on it, and how many messages may be in hand.

    ``passive``: queues and exchanges are made by others and only checked. ``prefetch_count`` is the
    number of messages that the broker sends ahead of their acknowledgement, for each queue.
    """

    origin: str
    parameters: pika.ConnectionParameters | pika.URLParameters
    passive: bool
    exchanges: dict[str, dict[str, Any]]
    queues: tuple[Queue, ...]
    prefetch_count: int
    prefetch_size: int

    @property
    def broker(self) -> str:
        """The broker for people, without the password."""
        return f"{self.parameters.host}:{self.parameters.port}, vhost {self.parameters.virtual_host}"


def load_bus(path: str = "") -> Bus:
    """Read the configuration from ``path``, else ``$FEDORA_MESSAGING_CONF``, else fedora-messaging's place.

    Raises `ConfigError`, also when the file is missing: fedora-messaging would go on with a queue of its own
    on this machine, which is never what is meant.
    """
    origin = path or os.environ.get("FEDORA_MESSAGING_CONF") or _DEFAULT_FILE
    if not Path(origin).is_file():
        raise ConfigError(
            f"the bus settings {origin} are missing; write them from config/bus/ and name them in bus.config"
        )
    try:
        return _bus(origin, LazyConfig().load_config(origin))
    except ConfigurationException as error:
        raise ConfigError(f"{origin}: {error.message}") from error
    except (OSError, UnicodeDecodeError, ssl.SSLError) as error:
        raise ConfigError(f"{origin} or a file that it names cannot be read: {error}") from error
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{origin} cannot be used: {_said(error)}; compare it with config/bus/") from error


def _bus(origin: str, conf: LazyConfig) -> Bus:
    if not conf["amqp_url"].startswith(("amqp://", "amqps://")):
        raise ValueError("amqp_url must start with amqp:// or amqps://")
    parameters = pika.URLParameters(conf["amqp_url"])
    queues = tuple(_queue(name, one, conf["bindings"]) for name, one in conf["queues"].items())
    prefetch_count = int(conf["qos"].get("prefetch_count", 10))
    if prefetch_count < 1:
        # 0 asks the broker for everything that it has, at once.
        raise ValueError("qos.prefetch_count must be at least 1")
    if not queues:
        raise ValueError("no queue is named in [queues]")
    parameters.client_properties = dict(conf["client_properties"])
    # We wait between attempts ourselves, where a signal can end the waiting.
    parameters.connection_attempts = 1
    if conf["amqp_url"].startswith("amqps"):
        _add_tls(origin, parameters, conf["tls"])
    return Bus(
        origin=origin,
        parameters=parameters,
        passive=bool(conf["passive_declares"]),
        # Those called amq.… are the broker's own; declaring them may be forbidden, and is never needed.
        exchanges={name: one for name, one in conf["exchanges"].items() if not name.startswith("amq.")},
        queues=queues,
        prefetch_count=prefetch_count,
        prefetch_size=int(conf["qos"].get("prefetch_size", 0)),
    )


def _queue(name: str, settings: dict[str, Any], bindings: list[dict[str, Any]]) -> Queue:
    return Queue(
        name=name,
        durable=settings["durable"],
        auto_delete=settings["auto_delete"],
        exclusive=settings["exclusive"],
        arguments=settings["arguments"],
        bindings=tuple(
            Binding(one["exchange"], key, one.get("arguments"))
            for one in bindings
            if one.get("queue", name) == name
            for key in one["routing_keys"]
        ),
    )


def _add_tls(
    origin: str, parameters: pika.ConnectionParameters | pika.URLParameters, tls: dict[str, Any]
) -> None:
    """Check the broker's certificate, and show our own where the configuration has one."""
    for key in ("ca_cert", "certfile", "keyfile"):
        if tls.get(key) and not Path(tls[key]).is_file():
            raise ConfigError(
                f"{origin}: tls.{key} names {tls[key]}, which is missing; "
                "docs/operators.md says where to get it"
            )
    context = ssl.create_default_context(cafile=tls.get("ca_cert"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.get("certfile") and tls.get("keyfile"):
        context.load_cert_chain(tls["certfile"], tls["keyfile"])
        parameters.credentials = pika.credentials.ExternalCredentials()
    parameters.ssl_options = pika.SSLOptions(context, parameters.host)


def _said(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
