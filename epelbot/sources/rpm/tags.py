# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tag numbers of RPM headers that epelbot reads, by rpm's own names (rpm's ``rpmtag.h``).

The signature header and the main header have number spaces of their own: 1000 is a size in one and the
package's name in the other.
"""

from __future__ import annotations

from typing import Final, NamedTuple

HEADER_IMMUTABLE: Final = 63
"""The first entry of a main header since RPM v4: the region that digests and signatures cover."""

# Signature header: digests of the main header, as lower-case hex.
SIG_SHA1: Final = 269
SIG_SHA256: Final = 273
SIG_SHA3_256: Final = 279
"""Since RPM v6."""

NAME: Final = 1000
VERSION: Final = 1001
RELEASE: Final = 1002
EPOCH: Final = 1003
ARCH: Final = 1022
SOURCE_RPM: Final = 1044
NO_SOURCE: Final = 1051
NO_PATCH: Final = 1052
PAYLOAD_FORMAT: Final = 1124
PAYLOAD_COMPRESSOR: Final = 1125
RPM_FORMAT: Final = 5114
"""Since RPM v6."""

OLD_FILE_NAMES: Final = 1027
"""Whole paths; rpm 4.0 split them into directories and base names."""
FILE_SIZES: Final = 1028
FILE_MODES: Final = 1030
FILE_DIGESTS: Final = 1035
FILE_FLAGS: Final = 1037
FILE_DEVICES: Final = 1095
FILE_INODES: Final = 1096
DIR_INDEXES: Final = 1116
BASE_NAMES: Final = 1117
DIR_NAMES: Final = 1118
LONG_FILE_SIZES: Final = 5008
"""64 bits each; stands in for `FILE_SIZES` when a file has 4 GiB or more, and always since RPM v6."""
FILE_DIGEST_ALGORITHM: Final = 5011


class DependencyTags(NamedTuple):
    """The three parallel arrays that make up one kind of dependency."""

    names: int
    flags: int
    versions: int


PROVIDES: Final = DependencyTags(1047, 1112, 1113)
REQUIRES: Final = DependencyTags(1049, 1048, 1050)
CONFLICTS: Final = DependencyTags(1054, 1053, 1055)
OBSOLETES: Final = DependencyTags(1090, 1114, 1115)
RECOMMENDS: Final = DependencyTags(5046, 5048, 5047)
SUGGESTS: Final = DependencyTags(5049, 5051, 5050)
SUPPLEMENTS: Final = DependencyTags(5052, 5054, 5053)
ENHANCES: Final = DependencyTags(5055, 5057, 5056)
