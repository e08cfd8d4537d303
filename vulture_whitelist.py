# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# Names that only others call: Alembic reads these from each migration.
upgrade
downgrade
revision
down_revision
branch_labels
depends_on

# Entry point of the `epelbot` script.
main

# What the standard library finds by name: http.server, io, expat, html.parser, and requests' Session.
daemon_threads
block_on_close
handle_error
protocol_version
wbufsize
do_POST
close_connection
log_message
readinto
StartDoctypeDeclHandler
StartElementHandler
EndElementHandler
CharacterDataHandler
handle_starttag
max_redirects

# Where aiosmtpd takes what its tests refuse and keep.
handle_RCPT
handle_DATA

# What pika reads off its own parameters.
connection_attempts
ssl_options

# Koji's build states that only arrive as numbers; what a ticket says for the rules on changes to come.
FAILED
CANCELED
tracker

# What SQLAlchemy reads off its types, sqlite3 off its connections, and click off its groups.
impl
cache_ok
isolation_level
format_commands
