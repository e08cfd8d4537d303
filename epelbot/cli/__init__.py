# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: a thin face over the services. It parses, calls, prints, and ends with a status."""

from epelbot.cli.app import run

__all__ = ["run"]
