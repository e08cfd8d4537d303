# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What sounds like an announcement, an offer or a withdrawal, and is none: nothing may come of it."""

from __future__ import annotations

import pytest

from epelbot.domain.post import Meaning
from tests.unit.reader_posts import read

NAMES = ("wobble", "grue", "time", "test", "patch")
HARMLESS = (Meaning.OTHER, Meaning.UNSURE)


@pytest.mark.parametrize("known", [(), NAMES], ids=["unknown", "known"])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("wobble", "I was going to retire wobble from EPEL 9, but then a fix came."),
        ("Retiring wobble from EPEL 9?", "What do you think?"),
        ("Retiring wobble from EPEL 9 - thoughts?", "It has no users."),
        ("RFC: retiring wobble from EPEL 9", "It has no users."),
        ("[RFC] Retire wobble from EPEL 9", "Comments welcome."),
        ("Proposal to retire wobble from EPEL 9", "I have no time."),
        ("Retiring wobble from EPEL 9", "Before I retire wobble from EPEL 9, I'd like to hear objections."),
        ("Retiring wobble from EPEL 9", "Has anybody seen the mail about this? Why is it retired?"),
        ("wobble retired from EPEL 9", "Why did this happen? I need it."),
        ("wobble retired from EPEL 9", "Hi, yum says so. Who did it?"),
        (
            "wobble being retired from EPEL 9",
            "I read that wobble is being retired from EPEL 9. I need it, please keep it.",
        ),
        (
            "Packages to be retired from EPEL 9",
            (
                "The following packages will be retired from EPEL 9 because they fail to install:\n"
                "\n- wobble\n- grue\n\nMaintainers, please fix them."
            ),
        ),
        (
            "FTI packages in EPEL 9",
            (
                "These packages will be retired from EPEL 9 in four weeks unless they are fixed:\n"
                "- wobble\n- grue"
            ),
        ),
        ("Retirement of wobble in EPEL 9", "John, you are the maintainer; please retire wobble from EPEL 9."),
        (
            "Retirement of wobble in EPEL 9",
            "I opened a ticket to have wobble retired from EPEL 9. The maintainer does not respond.",
        ),
        (
            "Nonresponsive maintainer: ann",
            "If ann does not respond, her packages will be orphaned: wobble (EPEL 9).",
        ),
        ("Update on wobble", "We will not be retiring wobble from EPEL 9."),
        (
            "Update on wobble",
            "Last year I announced that I am retiring wobble from EPEL 9. That plan has changed.",
        ),
        ("wobble", "In the meeting Bob said he is retiring wobble from EPEL 9."),
        ("Summary of last week", "Ann is retiring wobble from EPEL 9. Bob is retiring grue from EPEL 8."),
        ("EPEL weekly", "* wobble retired from EPEL 9\n* grue added to EPEL 10"),
        ("wobble 2", "I am retiring the wobble1 compat package from Fedora, EPEL 9 keeps it."),
        ("Retiring wobble from EPEL 9", "Just kidding."),
        ("Retiring wobble from EPEL 9", "April fools!"),
        ("Test", "This is a test of the list: Retiring wobble from EPEL 9"),
        ("Reminder: retiring wobble from EPEL 9", "As announced last month."),
        (
            "Retiring python2 subpackages from EPEL 8",
            "python2-wobble and python2-grue will no longer be built.",
        ),
        ("Retiring the i686 builds of wobble in EPEL 8", "nobody needs them."),
        ("Retiring old versions of wobble from EPEL 9", "only the newest is kept."),
        ("Retiring docs", "I will retire wobble's documentation from EPEL 9."),
        ("I'm retiring", "I am retiring from my job in EPEL 9 packaging. wobble needs a new owner."),
        ("wobble", "I might as well retire wobble from EPEL 9 soon."),
        ("wobble", "Sooner or later I will have to retire wobble from EPEL 9."),
        ("wobble", "Eventually I will retire wobble from EPEL 9."),
        ("wobble", "I'm tempted to retire wobble from EPEL 9."),
        ("wobble", "My plan B is to retire wobble from EPEL 9."),
        ("wobble", "One option is that I retire wobble from EPEL 9."),
        ("wobble", "I hope to retire wobble from EPEL 9 some day."),
        ("wobble", "I'd be in favor of retiring wobble from EPEL 9."),
        ("wobble", "+1 for retiring wobble from EPEL 9."),
        ("wobble", "I vote to retire wobble from EPEL 9."),
        ("wobble", "I support retiring wobble from EPEL 9."),
        ("wobble", "I agree with retiring wobble from EPEL 9."),
        ("wobble", "I filed a bug about retiring wobble from EPEL 9."),
        ("wobble", "I am asking the maintainer about retiring wobble from EPEL 9."),
        ("wobble", "We need to retire wobble from EPEL 9."),
        ("wobble", "We need to talk about retiring wobble from EPEL 9."),
        ("wobble", "We want to retire wobble from EPEL 9, what is the process?"),
        ("wobble", "I have to retire wobble from EPEL 9 unless someone provides a patch for CVE-2031-1."),
        ("wobble", "Unless somebody fixes the build, I will retire wobble from EPEL 9."),
        ("wobble", "Once RHEL 9.7 ships it I will retire wobble from EPEL 9."),
        ("wobble", "When wobble 3 breaks, I will retire wobble from EPEL 9."),
        ("wobble", "Assuming nobody objects, I will retire wobble from EPEL 9."),
        ("wobble", "Provided that upstream agrees, I will retire wobble from EPEL 9."),
        ("wobble", "Pending approval I will retire wobble from EPEL 9."),
        ("wobble", "Depending on the vote, I will retire wobble from EPEL 9."),
        ("wobble", "I accidentally retired wobble from EPEL 9. Please undo it."),
        ("wobble", "I retired wobble from EPEL 9 by mistake."),
        ("wobble", "The script says it is retiring wobble from EPEL 9, how do I stop it?"),
        ("wobble", "I was told to retire wobble from EPEL 9."),
        ("wobble", "In 2029 I retired wobble from EPEL 8."),
        ("wobble", "I retired wobble from EPEL 8 years ago."),
        ("wobble", "I had wobble retired from EPEL 8."),
        ("libwobble soname bump in EPEL 9 reverted", "The update was unpushed."),
        ("Re: libwobble soname bump in EPEL 9", "thanks"),
        ("Did libwobble get a soname bump in EPEL 9", "my app broke"),
        ("Unannounced soname bump of libwobble in EPEL 9", "my app broke. Please revert it."),
        ("libwobble soname bump broke EPEL 9 users", "please be careful"),
        (
            "Please announce soname bumps in EPEL 9",
            "libwobble was updated with a soname bump without notice.",
        ),
        ("Proposal: libwobble incompatible upgrade in EPEL 9", "I'd like to hear opinions."),
        ("Policy for incompatible upgrades in EPEL 9", "should be changed"),
        ("Vote on incompatible update of wobble in EPEL 9", "+1"),
    ],
)
def test_what_is_not_decided_by_its_writer_comes_to_nothing(
    subject: str, text: str, known: tuple[str, ...]
) -> None:
    assert read(subject, text, known=known).meaning in HARMLESS


@pytest.mark.parametrize("known", [(), NAMES], ids=["unknown", "known"])
@pytest.mark.parametrize(
    "text",
    [
        "I would take it, but I'm no packager.",
        "I'll take a look.",
        "I will take care of the dependents.",
        "I'd like to maintain my sanity.",
        "I can maintain a copr for it.",
        "We will take this up in the meeting.",
        "I took wobble out of our images.",
        "I'm taking wobble off my list.",
        "I'm taking notes.",
        "I could take over the testing.",
        "Bob said I can take it.",
        "I wanted to take it over, but no longer do.",
        "Did you withdraw it?",
        "I'd withdraw it if I were you.",
        "I'm glad it will not be retired after all.",
        "So it is not retired after all?",
        "They won't retire it after all, I heard.",
        "I'm cancelling my subscription to this list.",
        "I withdraw my objection to the retirement.",
        "I take back what I said about the retirement.",
        "I retract my comment; the retirement is fine.",
        "I'm not going to retire grue after all.",
    ],
)
def test_an_answer_that_offers_and_withdraws_nothing_comes_to_nothing(
    text: str, known: tuple[str, ...]
) -> None:
    assert read("Re: Retiring wobble from EPEL 9", text, known=known, reply=True).meaning in HARMLESS
