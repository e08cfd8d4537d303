# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``repomd.xml``: which metadata files a repository has, and by which checksum each is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from epelbot.errors import PermanentError, TransientError

#: Bytes; real ones have 4 KB.
LONGEST_REPOMD = 1024 * 1024
# Bytes of one packed file: Fedora's own filelists have some 60 MB.
_LONGEST_FILE = 1024 * 1024 * 1024
_REPO = "{http://linux.duke.edu/metadata/repo}"
_CHECKSUMS = {"sha": "sha1", "sha1": "sha1", "sha224": "sha224", "sha256": "sha256"} | {
    "sha384": "sha384",
    "sha512": "sha512",
}
_HEX = re.compile(r"[0-9a-f]{40,128}")
# Digits of a Unix time, from 2001 to 2286.
_SECONDS = 10
_PAGE = (b"<!doctype html", b"<html")


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """One file: its ``path`` below the repository, checksum in hex by hashlib's name, and bytes if told."""

    path: tuple[str, ...]
    algorithm: str
    checksum: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Repomd:
    """What of a repository's metadata is of use here; ``filelists`` is None where it has none."""

    revision: str
    primary: MetadataFile
    filelists: MetadataFile | None

    @property
    def made_at(self) -> datetime | None:
        """When they were made, where the revision is a time, as createrepo has it."""
        told = self.revision
        if not (told.isascii() and told.isdigit() and len(told) == _SECONDS):
            return None
        return datetime.fromtimestamp(int(told), UTC)


def read_repomd(data: bytes, where: str) -> Repomd:
    """Take it apart; ``where`` names it for people.

    What is no whole XML document is an outage (a page of a mirror's own, half an answer) and raises
    `TransientError`; one that can't be used, `PermanentError`.
    """
    if len(data) > LONGEST_REPOMD:
        raise PermanentError(f"{where} is larger than any repomd.xml; check the address")
    if data[:256].lstrip().lower().startswith(_PAGE):
        raise TransientError(
            f"{where} is a web page where metadata were due; try again later, or name another mirror"
        )
    try:
        root = ET.fromstring(data)  # noqa: S314 -- expat bounds what entities grow to, and fetches nothing
    except ET.ParseError as error:
        raise TransientError(f"{where} is no whole XML document ({error}); try again later") from error
    files = {one.get("type"): one for one in root.iter(f"{_REPO}data")}
    if "primary" not in files:
        raise PermanentError(f"{where} names no primary metadata; check that it is an RPM repository's")
    listed = files.get("filelists")
    return Repomd(
        revision=root.findtext(f"{_REPO}revision", "").strip()[:100],
        primary=_file(files["primary"], where),
        filelists=None if listed is None else _file(listed, where),
    )


def _file(element: ET.Element, where: str) -> MetadataFile:
    location, checksum = element.find(f"{_REPO}location"), element.find(f"{_REPO}checksum")
    href = "" if location is None else location.get("href", "")
    path = tuple(href.split("/"))
    if not href or ":" in path[0] or any(part in {"", ".", ".."} or "\\" in part for part in path):
        raise PermanentError(f"{where} names a file outside of its repository ({href[:80]!r}); distrust it")
    algorithm = None if checksum is None else _CHECKSUMS.get(checksum.get("type", ""))
    digest = "" if checksum is None else (checksum.text or "").strip().lower()
    if algorithm is None or _HEX.fullmatch(digest) is None:
        raise PermanentError(f"{where} gives no checksum of {href} that can be checked; name another mirror")
    said = element.findtext(f"{_REPO}size", "").strip()
    size = int(said) if said.isascii() and said.isdigit() and len(said) < len(str(_LONGEST_FILE)) else None
    if said and (size is None or size > _LONGEST_FILE):
        raise PermanentError(f"{where} gives {href} an impossible size ({said[:20]}); name another mirror")
    return MetadataFile(path, algorithm, digest, size)
