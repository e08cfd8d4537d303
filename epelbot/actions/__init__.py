# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out: each module fulfils a port and translates its library's errors at the border."""
