# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our comparison of real RPMs beside libabigail's own reports of the same pairs (../shared/data/abi)."""
