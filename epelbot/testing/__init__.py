# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shipped fakes: in-memory ports on one small made-up Fedora, for tests and `epelbot demo`."""
