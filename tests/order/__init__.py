# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order does not matter: one history told in any order, with repetitions and losses, ends in one state.

``python -m tests.order --help`` is the long run; ``test_order.py`` the short one.
"""
