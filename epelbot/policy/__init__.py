# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of POLICY.md, one module each: facts in, answer out, no I/O, and the time only as an argument."""
