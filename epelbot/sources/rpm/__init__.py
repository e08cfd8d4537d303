# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""RPM files, read without rpm: header, file list, dependencies, and the text of a file in the payload."""

from __future__ import annotations

from epelbot.sources.rpm.files import contents, rpm_contents_of_file, rpm_header_of_file, rpm_text
from epelbot.sources.rpm.header import Dependency, RpmHeader, read_header
from epelbot.sources.rpm.payload import iter_payload_files, read_payload_file, read_payload_files

__all__ = [
    "Dependency",
    "RpmHeader",
    "contents",
    "iter_payload_files",
    "read_header",
    "read_payload_file",
    "read_payload_files",
    "rpm_contents_of_file",
    "rpm_header_of_file",
    "rpm_text",
]
