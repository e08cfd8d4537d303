# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is looked up: each module fulfils a port and translates its library's errors at the border."""
