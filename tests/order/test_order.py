# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short run of the state machine; ``python -m tests.order`` is the long one."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.order.machine import Order

SOME = settings(
    max_examples=50,
    stateful_step_count=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class WithBranchings(Order):
    koji_tells_ages = True


class WithoutBranchings(Order):
    koji_tells_ages = False


TestWithBranchings = WithBranchings.TestCase
TestWithBranchings.settings = SOME
TestWithoutBranchings = WithoutBranchings.TestCase
TestWithoutBranchings.settings = SOME
