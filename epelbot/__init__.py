# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""epelbot: a package-lifecycle policy bot for EPEL."""

__version__ = "0.1.0"
