# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""R1 announced: an entitled post on the list that names the package and gives a reason."""

from __future__ import annotations

from datetime import date, timedelta

from epelbot.domain.evidence import PostRead
from epelbot.domain.facts import Announcement, Missing
from epelbot.domain.post import Reason
from epelbot.domain.profile import DiscussionRules
from epelbot.domain.verdict import Evidence, Finding, Verdict
from epelbot.policy.posts_from_evidence import ARCHIVE
from epelbot.policy.rule import RELEASE_MANAGER_OR_COMMITTEE, Case, Rule
from epelbot.policy.settled import so_settled


def announcement_finding(case: Case) -> Finding:
    """R1's finding, whether or not there is a retirement yet; the people must be known."""
    facts, lists = case.facts, case.profile.lists
    post = facts.announcement
    if post is not None:
        return _of_announcement(post, case)
    if facts.doubtful:
        # The last one is the likeliest to be what the packager means by now.
        doubt = facts.doubtful[-1]
        return Finding(
            "R1",
            Verdict.OTHERS_MUST_ACT,
            f"a post by {_writer(doubt)} on {doubt.posted_at:%Y-%m-%d} may announce it, "
            f"but {doubt_in_words(doubt)}",
            RULE.required,
            remedy="read the post and settle it ('epelbot triage list'); or a maintainer announces it anew",
            waivable_by=RELEASE_MANAGER_OR_COMMITTEE,
            evidence=tuple(
                Evidence(f"post by {_writer(one)} on {lists.announce}", one.read.url, one.posted_at)
                for one in facts.doubtful
            ),
        )
    return _of_silence(case)


def _of_silence(case: Case) -> Finding:
    """No post at all: that is one that is missing only where all of them are known."""
    lists, unheard = case.profile.lists, case.facts.posts_seen
    if isinstance(unheard, Missing) and unheard.source == ARCHIVE:
        return Finding("R1", Verdict.CANNOT_KNOW, unheard.why, RULE.required, remedy=how_to_hear(unheard))
    # Without the archive, what messages told is all there is.
    since = f"; {unheard.why}" if isinstance(unheard, Missing) else ""
    return Finding(
        "R1",
        Verdict.MUST_ACT,
        f"no announcement has been seen{since}",
        RULE.required,
        remedy=f"announce it on {lists.announce}, with the package, the collection and the reason",
        waivable_by=RELEASE_MANAGER_OR_COMMITTEE,
    )


def how_to_hear(unheard: Missing) -> str:
    """What to do so that it is known whether somebody announced it."""
    if unheard.source == ARCHIVE:
        return "wait for the next sweep of the list archive, or run 'epelbot sweep'; a post now will do, too"
    return "switch sources.online on, so that the list archive is read; a post now will do, too"


def _of_announcement(post: Announcement, case: Case) -> Finding:
    reading, list_name = post.read.reading, case.profile.lists.announce
    evidence = (Evidence(f"post by {_writer(post)} on {list_name}", post.read.url, post.posted_at),)
    settled = so_settled(post.read.settled_by)
    said = f"announced by {_writer(post)} on {post.posted_at:%Y-%m-%d}{settled}"
    until = _discussed_until(post, case.profile.discussion)
    if until is not None and case.facts.as_of < until:
        return Finding(
            "R1",
            Verdict.WAIT,
            f"{said}, and open for discussion until {until}",
            RULE.required,
            flips_on=until,
            remedy="wait until the discussion is over",
            waivable_by=RELEASE_MANAGER_OR_COMMITTEE,
            evidence=evidence,
        )
    if reading.reason is not None or reading.category is not None:
        return Finding("R1", Verdict.OK, said, RULE.required, evidence=evidence)
    if not post.read.complete:
        return Finding(
            "R1",
            Verdict.CANNOT_KNOW,
            f"{said}, but the list archive has not shown its text, where the reason would be",
            RULE.required,
            remedy="wait until the list archive answers; with sources.online off it is never asked",
            evidence=evidence,
        )
    return Finding(
        "R1",
        Verdict.MUST_ACT,
        f"{said}, without a reason",
        RULE.required,
        remedy=f"announce it once more on {list_name}, in a mail of its own that gives the reason",
        waivable_by=RELEASE_MANAGER_OR_COMMITTEE,
        evidence=evidence,
    )


def _discussed_until(post: Announcement, rules: DiscussionRules) -> date | None:
    """The first day on which a post with that reason counts, where the profile lets it be discussed first."""
    category = post.read.reading.category
    days = {Reason.SECURITY: rules.security_days, Reason.NO_TIME: rules.no_time_days}
    wait = days.get(category, 0) if category is not None else 0
    return post.posted_at.date() + timedelta(days=wait) if wait else None


def _writer(post: Announcement) -> str:
    return post.read.author or post.read.sender


def doubt_in_words(post: Announcement) -> str:
    """Why a person has to judge the post, where it is known who maintains the package."""
    if not post.read.starts_matter:
        return "it stands inside a discussion"
    if post.read.author is None:
        return "the list does not tell whose account that is"
    if not post.entitled:
        return f"{post.read.author} does not maintain the package"
    return reader_unsure(post.read)


def reader_unsure(read: PostRead) -> str:
    """That the reader of posts does not know what the post means, and what made it so."""
    return f"the reader is not sure of it: {read.reading.why}"


RULE = Rule(
    "R1",
    "announced",
    needs=("people",),
    judge=announcement_finding,
    required="a post by a maintainer that names package and collection and gives the reason",
    waivable_by=RELEASE_MANAGER_OR_COMMITTEE,
    # A post that a person has to judge begins nothing, but somebody has to read it.
    concerns=lambda case: case.leaving or (case.open and bool(case.facts.doubtful)),
)
