# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m epelbot``."""

import sys

from epelbot.bootstrap import main

sys.exit(main())
