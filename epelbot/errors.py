# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that cross rooms. Every message is one sentence that says what to do next."""

from __future__ import annotations


class EpelbotError(Exception):
    """Root of what epelbot raises on purpose; the command line shows it as one sentence."""


class ConfigError(EpelbotError):
    """A setting, profile, calendar or schema is wrong; nothing runs until a person mends it."""


class BadInput(EpelbotError):
    """What a person gave (a date, a collection, an NVR, a file) cannot be used."""


class TransientError(EpelbotError):
    """A source or a receiver does not answer now but may later.

    ``retry_after`` is the number of seconds that the other side asked for, or None. The library's
    own error is kept as ``__cause__``.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(EpelbotError):
    """Trying again as it is will not help: refused, malformed, or not what was promised."""


class NotThere(PermanentError):
    """The source answered, and the thing asked for does not exist (it may appear later)."""


class DamagedRpm(PermanentError):
    """An RPM file that is truncated, corrupt, hostile, or no RPM at all."""
