# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One retirement in many words: whatever is said around it, it is the same one."""

from __future__ import annotations

import pytest

from epelbot.domain.post import Meaning
from tests.unit.reader_posts import read


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Retirements", "I have retired the following in epel9: wobble, old-grue. They fail to build."),
        (
            "Retiring some packages",
            "Hi, I'm going to retire wobble and old-grue, both in EPEL 9, next week. No time.",
        ),
        ("wobble", "Hi, as the maintainer of wobble I decided to retire it from EPEL 9. Upstream is dead."),
        ("wobble", "The wobble package has reached its end of life and will be retired from EPEL 9."),
        ("wobble", "wobble is dead upstream. Therefore, it will be retired from EPEL 9 in two weeks."),
        ("wobble", "wobble is dead upstream and therefore will be retired from EPEL 9."),
        ("wobble in EPEL 9", "I've decided it's time to retire this package."),
        ("wobble in EPEL 9", "I've decided it's time to retire it. I don't use it any more."),
        (
            "wobble in EPEL 9",
            "I am the maintainer of wobble. I don't have time for it and would like to retire it.",
        ),
        ("wobble", "My plan is to retire wobble in EPEL 9 on June 1st."),
        ("wobble", "The plan is to retire wobble in EPEL 9 on June 1st."),
        ("wobble", "Please be aware that wobble will be retired from EPEL 9 on June 1st."),
        ("wobble", "Please note: wobble will be retired from EPEL 9 on June 1st."),
        ("wobble", "Note that I'm retiring wobble from EPEL 9. RHEL 9.5 has it."),
        ("wobble", "Be advised that wobble is scheduled for retirement from EPEL 9."),
        ("wobble", "wobble is scheduled to be retired from EPEL 9 in July."),
        ("wobble", "wobble is slated for removal from EPEL 9."),
        ("wobble", "I no longer need wobble, hence orphaning it in EPEL 9."),
        ("wobble", "Orphaning wobble in EPEL 9, no time."),
        ("wobble", "Retiring wobble in EPEL 9: no time."),
        ("wobble", "Retired wobble in EPEL 9 (no time)."),
        ("wobble", "Just retired wobble on epel9. It was FTBFS for months."),
        ("wobble", "I have orphaned wobble for EPEL 9 as I have no interest in it."),
        ("wobble", "I'm hereby announcing my intent to retire wobble from EPEL 9."),
        ("wobble", "This is the announcement of the retirement of wobble from EPEL 9."),
        ("wobble", "This mail serves as notice that wobble will be retired from EPEL 9."),
        ("wobble", "This email is to announce that I plan to retire wobble from EPEL 9."),
        ("wobble", "This is a notification that I'm retiring the package wobble from EPEL 9."),
        ("wobble", "With RHEL 9.5, wobble has been added to RHEL. I will therefore retire it from EPEL 9."),
        ("wobble", "wobble was added to RHEL 9.5, so it will be retired from EPEL 9."),
        ("wobble", "wobble was added to RHEL 9.5, and so I'm going to retire it from EPEL 9."),
        ("wobble", "Since wobble is now in RHEL 9.5 we have to retire it from EPEL 9."),
        ("wobble", "Due to CVE-2031-1 I have no choice but to retire wobble from EPEL 9."),
        ("wobble", "I see no other option than to retire wobble from EPEL 9."),
        ("wobble", "If nobody objects, I'll retire wobble from EPEL 9 next Friday."),
        ("wobble", "Unless there are objections I'll retire wobble from EPEL 9 next Friday."),
        ("wobble", "Barring objections, I'll retire wobble from EPEL 9 next Friday."),
        (
            "wobble",
            "Unless anyone wants to take over, wobble is going to be retired from EPEL 9 in two weeks.",
        ),
        ("wobble: retiring from EPEL 9", "No time."),
        ("wobble - retirement from EPEL 9", "No time."),
        ("EPEL 9: retiring wobble", "No time."),
        ("EPEL9 retirement: wobble", "No time."),
        ("[EPEL 9] Retirement of wobble", "No time."),
        ("Upcoming retirement of wobble in EPEL 9", "No time."),
        ("Planned retirement of wobble in EPEL 9", "No time."),
        ("wobble to be retired (EPEL 9)", "No time."),
        ("wobble going to be retired from EPEL 9", "No time."),
        ("wobble is going to be retired from EPEL 9", "No time."),
        ("wobble orphaned in EPEL 9", "I orphaned wobble in EPEL 9. No time."),
        ("Orphaned wobble (EPEL 9)", "No time."),
        ("Retirement announcement for wobble on EPEL 9", "No time."),
        ("Announcing retirement of wobble from EPEL 9", "No time."),
        ("Announcement: wobble will be retired in EPEL 9", "No time."),
        ("Removing wobble from EPEL 9", "It's in RHEL 9.5 now."),
        ("EPEL 9 wobble package will be retired", "No time."),
        ("My package wobble will be retired in EPEL 9", "No time."),
        ("EPEL 9 branch of wobble retired", "I retired the EPEL 9 branch of wobble. No time."),
        ("Dropping wobble, old-grue from EPEL 9", "No time."),
        ("Goodbye wobble", "I have retired the epel9 branch of wobble. No time."),
        ("wobble, old-grue", "Both packages are dead upstream. I will retire both of them from EPEL 9."),
        (
            "Retiring wobble and old-grue in EPEL 9",
            "These packages are dead upstream. I'll retire them on Friday.",
        ),
        (
            "My packages in EPEL 9",
            "I'm orphaning the following packages in EPEL 9:\n\nwobble - no time\nold-grue - dead upstream",
        ),
        (
            "My packages in EPEL 9",
            "I'm orphaning the following packages:\n\n* epel9: wobble\n* epel9: old-grue",
        ),
        (
            "My packages in EPEL 9",
            "I'm orphaning the following:\n\nrpms/wobble (epel9)\nrpms/old-grue (epel9)",
        ),
        (
            "My packages in EPEL 9",
            "I'm retiring the packages below from EPEL 9, since I left the company.\n\n  wobble\n  old-grue",
        ),
        ("Retirement", "The following EPEL 9 packages will be retired next week:\n\n1. wobble\n2. old-grue"),
        ("Retirement", "The EPEL 9 packages wobble and old-grue will be retired next week."),
        (
            "Retirement",
            "The packages wobble and old-grue will be retired from EPEL 9 next week. They are in RHEL now.",
        ),
        (
            "Retirement",
            "I've retired wobble (https://src.fedoraproject.org/rpms/wobble) from EPEL 9. It is in RHEL now.",
        ),
        (
            "Retirement",
            "https://src.fedoraproject.org/rpms/wobble will be retired in EPEL 9. It is in RHEL now.",
        ),
        ("Retirement", "I plan on retiring wobble in EPEL 9."),
        ("Retirement", "I am planning on retiring wobble in EPEL 9 soon."),
        ("Retirement", "I'm about to retire wobble in EPEL 9."),
        ("Retirement", "We are about to retire wobble in EPEL 9."),
        ("Retirement", "I'm in the process of retiring wobble in EPEL 9."),
        ("Retirement", "I have made the decision to retire wobble from EPEL 9."),
        ("Retirement", "After long consideration I have made the decision to retire wobble from EPEL 9."),
        ("Retirement", "After discussing with upstream, I've decided to retire wobble from EPEL 9."),
        ("Retirement", "After talking to the co-maintainers we decided to retire wobble from EPEL 9."),
        ("Retirement", "Bob (co-maintainer) and I decided to retire wobble from EPEL 9."),
        ("Retirement", "Together with Bob I decided to retire wobble from EPEL 9."),
        ("Retirement", "As the only maintainer I'm going to retire wobble from EPEL 9."),
        ("Retirement", "As such, I am retiring wobble from EPEL 9."),
        ("Retirement", "As a result, wobble will be retired from EPEL 9."),
        ("Retirement", "For these reasons, I will be retiring wobble from EPEL 9."),
        ("Retirement", "For those reasons wobble is going to be retired from EPEL 9."),
        ("Retirement", "Given the above I'm retiring wobble from EPEL 9."),
        ("Retirement", "Given that upstream is dead, I'm retiring wobble from EPEL 9."),
        ("Retirement", "Upstream is dead, so I'm retiring wobble from EPEL 9."),
        ("Retirement", "Upstream is dead and I have no time, therefore I'm retiring wobble from EPEL 9."),
        ("Retirement", "Upstream is dead. Because of this wobble will be retired from EPEL 9."),
        ("Retirement", "Upstream is dead. In consequence I retire wobble from EPEL 9."),
        ("Retirement", "I'm sad to announce that wobble will be retired from EPEL 9."),
        ("Retirement", "I regret to inform you that wobble is being retired from EPEL 9."),
        ("Retirement", "Unfortunately I have to retire wobble from EPEL 9."),
        ("Retirement", "Unfortunately, we are forced to remove wobble from EPEL 9 because of CVE-2031-1."),
        ("Retirement", "I want to inform everyone that I retire wobble from EPEL 9."),
        ("Retirement", "Just to let you know, I'm retiring wobble from EPEL 9."),
        ("Retirement", "Just so you know: I'm retiring wobble from EPEL 9."),
        ("Retirement", "Just FYI, I'm retiring wobble from EPEL 9."),
        ("Retirement", "FYI, wobble will be retired from EPEL 9."),
        ("Retirement", "Heads up! wobble will be retired from EPEL 9."),
        ("Retirement", "Heads up: I'm retiring wobble from EPEL 9."),
        ("Retirement", "Hi all, a quick note that I will be retiring wobble from EPEL 9."),
        ("Retirement", "Hello, today I've retired wobble from EPEL 9."),
        ("Retirement", "Today I have retired wobble from EPEL 9."),
        ("Retirement", "Yesterday I retired wobble from EPEL 9."),
        ("Retirement", "I retired wobble from EPEL 9 yesterday."),
        ("Retirement", "wobble is no longer maintained upstream and is being retired from EPEL 9."),
        ("Retirement", "wobble, which is dead upstream, is going to be retired from EPEL 9."),
        ("Retirement", "wobble (a text editor) is going to be retired from EPEL 9."),
        ("Retirement", "The EPEL 9 version of wobble is going to be retired."),
        ("Retirement", "The epel9 branch of wobble will be retired."),
        ("Retirement", "I am retiring the epel9 branch of wobble."),
        ("Retirement", "I am retiring wobble's epel9 branch."),
        ("Retirement", "wobble's EPEL 9 branch will be retired."),
        ("Retirement", "In EPEL 9, wobble will be retired."),
        ("Retirement", "In EPEL 9 I will retire wobble."),
        ("Retirement", "For EPEL 9, I'm going to retire wobble."),
        ("Retirement", "From EPEL 9 I'm going to retire wobble."),
        ("Retirement", "I'm going to retire wobble, from EPEL 9 only."),
        ("Retirement", "I'm going to retire wobble from EPEL 9 only. Fedora is not affected."),
        ("Retirement", "I'm going to retire wobble from EPEL 9 (not from Fedora)."),
        ("Retirement", "I'm going to retire wobble from EPEL 9. It will stay in Fedora."),
        ("Retirement", "I'm going to retire wobble from EPEL 9 while keeping it in EPEL 10."),
        ("Retirement", "I'm going to retire wobble from EPEL 9 but keep it in Fedora."),
    ],
)
def test_the_same_retirement_is_understood_in_many_words(subject: str, text: str) -> None:
    reading = read(subject, text)
    named = tuple(name for name in ("wobble", "old-grue") if name in f"{subject} {text}")
    assert (reading.meaning, reading.collections) == (Meaning.RETIREMENT, ("epel9",))
    assert sorted(reading.packages) == sorted(named)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Soname bump in wobble (EPEL 9)", "Rebuilds in side tag."),
        ("soname bump: wobble in EPEL 9", "libwobble.so.2 -> libwobble.so.3"),
        ("EPEL 9: wobble soname bump", "Please rebuild."),
        ("wobble ABI change in EPEL 9", "The update to 3.0 changes the ABI."),
        ("ABI change coming with wobble 3.0 in EPEL 9", "Rebuild needed."),
        ("ABI/API change: wobble 3.0, EPEL 9", "Rebuild needed."),
        ("Planned ABI change in wobble for EPEL 9", "Rebuild needed."),
        (
            "Major update of wobble in EPEL 9",
            "wobble will be updated from 1.x to 3.x in EPEL 9. Configuration files are not compatible.",
        ),
        (
            "Major update of wobble in EPEL 9",
            "wobble will be updated from 1.x to 3.x. This is not backward compatible.",
        ),
        ("Incompatible upgrade of wobble in EPEL 9", "CVE-2031-1 can't be fixed in 1.x."),
        ("Incompatible update for wobble in EPEL 9", "CVE-2031-1 can't be fixed in 1.x."),
        ("Incompatible wobble update in EPEL 9", "CVE-2031-1 can't be fixed in 1.x."),
        ("EPEL 9 incompatible update: wobble 3", "CVE-2031-1 can't be fixed in 1.x."),
        ("[epel9] wobble 3.0 incompatible upgrade", "CVE-2031-1 can't be fixed in 1.x."),
        ("wobble 1 -> 3 incompatible upgrade in epel9", "CVE-2031-1 can't be fixed in 1.x."),
        (
            "Announcing incompatible upgrade of wobble from 1.8 to 3.0 in EPEL 9",
            "CVE-2031-1 can't be fixed in 1.x.",
        ),
        ("Heads-up: wobble 3 (incompatible) coming to EPEL 9", "CVE-2031-1 can't be fixed in 1.x."),
        ("Breaking change in wobble, EPEL 9", "From 3.0 on, the default port is 8081."),
        ("Breaking changes in wobble 3 (EPEL 9)", "From 3.0 on, the default port is 8081."),
        ("wobble", "The next update of wobble in EPEL 9 will bump the soname from 2 to 3."),
        ("wobble", "The next wobble update in EPEL 9 will bump the soname from 2 to 3."),
        (
            "wobble",
            "Next week I will update wobble in EPEL 9, with soname bump from libwobble.so.2 to .so.3.",
        ),
        ("wobble", "In EPEL 9 wobble will be updated to 3.0 next week, including a soname bump."),
        (
            "wobble and old-grue 3 in EPEL 9",
            "I'm updating wobble and old-grue to 3.0 in EPEL 9. Both have soname bumps.",
        ),
        (
            "wobble: new major version in EPEL 9",
            "wobble 3 isn't backwards compatible. It will be in EPEL 9 next week.",
        ),
    ],
)
def test_the_same_incompatible_change_is_understood_in_many_words(subject: str, text: str) -> None:
    reading = read(subject, text)
    named = tuple(name for name in ("wobble", "old-grue") if name in f"{subject} {text}")
    assert (reading.meaning, reading.collections) == (Meaning.ABI_CHANGE, ("epel9",))
    assert sorted(reading.packages) == sorted(named)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("soname change of libwobble in EPEL 9", "The next update changes libwobble.so.1 to libwobble.so.2."),
        ("libwobble.so.1 -> libwobble.so.2 in EPEL 9", "Rebuilds will be done next week."),
        ("ABI change in wobble-libs (EPEL 9)", "Thursday's update has it."),
        ("API change in python3-wobble (EPEL 9)", "Thursday's update has it."),
        ("ABI break in the wobble library in EPEL 9", "Thursday's update has it."),
        (
            "libwobble ABI break in EPEL 9",
            "The coming update of grue-suite ships a libwobble with a different ABI.",
        ),
        ("wobble-3.0 incompatible upgrade in EPEL 9", "It has a new format."),
    ],
)
def test_a_librarys_name_is_not_its_packages(subject: str, text: str) -> None:
    """Unless the name is known as a package's."""
    assert read(subject, text).meaning is not Meaning.ABI_CHANGE
    assert read(subject, text, known=("unrelated",)).meaning is not Meaning.ABI_CHANGE


def test_a_librarys_name_that_is_known_as_a_packages_is_one() -> None:
    subject, text = "soname change of libwobble in EPEL 9", "libwobble.so.1 becomes libwobble.so.2."
    assert read(subject, text, known=("libwobble",)).packages == ("libwobble",)
    assert read(subject, text, known=("libwobble",)).meaning is Meaning.ABI_CHANGE
