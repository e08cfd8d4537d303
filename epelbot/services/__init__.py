# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The use cases. They know the ledger and the ports, never an adapter."""
