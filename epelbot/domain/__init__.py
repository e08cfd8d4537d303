# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of POLICY.md as frozen values: no I/O, no clock, no SQL, no framework."""
