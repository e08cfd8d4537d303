# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RPM files that a person named have to be one build's."""

from __future__ import annotations

from collections.abc import Sequence

from epelbot.domain.nevra import NVR
from epelbot.errors import BadInput

# Of several builds, so many are named.
_SHOWN = 3


def one_build(builds: Sequence[NVR]) -> NVR | None:
    """The only one of the builds that the files belong to, None for none; `BadInput` for several."""
    if len(builds) > 1:
        more = ", ..." if len(builds) > _SHOWN else ""
        some = ", ".join(map(str, builds[:_SHOWN])) + more
        raise BadInput(f"these RPMs are of {len(builds)} builds ({some}); give one build's RPMs at a time")
    return builds[0] if builds else None
