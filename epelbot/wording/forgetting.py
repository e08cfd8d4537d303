# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""That a person was erased, in words."""

from __future__ import annotations

from collections.abc import Mapping


def forgotten_text(account: str, instead: str, changed: Mapping[str, int]) -> str:
    """What stands in their place, where it was, and what is left to do."""
    where = ", ".join(f"{table} {number}" for table, number in sorted(changed.items()))
    return (
        f"Erased: {account} is {instead} from now on ({where or 'nowhere found'}). All listings are judged "
        "again by the next worker. Backups, exports, logs and the free pages of a database are not epelbot's "
        "to erase; docs/trust.md says what comes back, and when."
    )
