# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kill tests: real processes are killed in the middle of a history, and a checker looks at what came of it.

``python -m tests.kill --help`` is the long run; ``tests/integration/test_kills.py`` the short one.
"""
