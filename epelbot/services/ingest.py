# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded messages into the inbox: files of JSON lines, of any length, any number of times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from epelbot.services.intake import Intake, Taken
from epelbot.services.recording import DAMAGES, Recording
from epelbot.translate.envelope import Incoming, Unreadable, messages_of_line

#: Called after each batch with the file's name, the bytes of it that have been read, its size (None where it
#: has none), and what has been taken from it so far.
Progress = Callable[[str, int, int | None, Taken], None]

_FAULT = "ingest:before-commit"
#: A batch is closed at so many messages or so many bytes. Larger ones are no faster (LIMITS 2).
_BATCH_MESSAGES = 500
_BATCH_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class FileTaken:
    """What became of a file's lines. ``problem`` is a sentence when the file could not be read to its end."""

    name: str
    taken: Taken
    problem: str | None = None


def ingest(names: Sequence[str], intake: Intake, progress: Progress | None = None) -> Iterator[FileTaken]:
    """Take in recordings ("-" is standard input), one after the other, and tell of each when it is done.

    Each line that isn't blank is new, known, not followed or parked; a line that is a whole page of
    datagrepper counts as the messages in it. Every file is opened before any is read, so that a wrong name,
    or a file that is no recording (`BadInput`), leaves nothing half done. A damaged file gives what is whole
    in it, and its ``problem``. Raises `TransientError` when the database is away; taking the same files in
    again is harmless.
    """
    recordings: list[Recording] = []
    try:
        for name in names:
            recordings.append(Recording(name))  # noqa: PERF401 -- those that are open get closed
        for recording in recordings:
            yield _ingest_one(recording, intake, progress)
    finally:
        for recording in recordings:
            recording.close()


def _ingest_one(recording: Recording, intake: Intake, progress: Progress | None) -> FileTaken:
    taken = Taken()
    batch: list[Incoming | Unreadable] = []
    size = 0

    def commit() -> None:
        nonlocal taken, size
        taken += intake.take(batch, _FAULT)
        batch.clear()
        size = 0
        if progress is not None:
            progress(recording.name, recording.read_so_far, recording.size, taken)

    problem = None
    try:
        for line in recording.lines():
            for message in (line,) if isinstance(line, Unreadable) else messages_of_line(line):
                batch.append(message)
                size += len((message if isinstance(message, Incoming) else message.incoming).payload)
                if len(batch) >= _BATCH_MESSAGES or size >= _BATCH_BYTES:
                    commit()
    except DAMAGES as error:
        problem = str(error)
    commit()
    if problem is not None:
        problem = (
            f"{recording.name} is damaged after {taken.total} whole messages, which have been taken in "
            f"({problem}); record or fetch it again"
        )
    return FileTaken(recording.name, taken, problem)
