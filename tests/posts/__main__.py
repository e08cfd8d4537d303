# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.posts``: how well each half is read. ``--misses`` names misread mails of ``own/``."""

from __future__ import annotations

import sys
from functools import partial

from epelbot.policy.reader import read_post
from tests.posts.halves import HALVES, half
from tests.posts.score import Score, scored, table


def main(arguments: list[str]) -> None:
    for name in HALVES:
        mails, known = half(name)
        for names in ((), known) if known else ((),):
            score = scored(mails, partial(read_post, known_packages=names))
            sys.stdout.write(f"{name}: {len(mails)} mails, {len(names)} names known\n{table(score)}\n\n")
            if name == "own" and "--misses" in arguments:
                _print_misses(score)


def _print_misses(score: Score) -> None:
    for one in score.outcomes:
        if not one.recognized:
            mark = "WRONG" if one.wrong_action else "missed"
            sys.stdout.write(f"{mark} {one.mail.name} is {' or '.join(one.mail.kinds)}: {one.reading}\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
