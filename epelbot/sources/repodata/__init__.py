# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repositories' metadata: who needs whom in a collection, and what RHEL carries. libsolv lives here only."""

from __future__ import annotations

from epelbot.sources.repodata.index import Places, RepositoryIndex
from epelbot.sources.repodata.store import Store

__all__ = ["Places", "RepositoryIndex", "Store"]
