# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words for people: the only room with sentences. Pure; every face says the same, since it asks here."""
