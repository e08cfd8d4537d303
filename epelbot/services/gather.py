# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gather: put to the sources the questions that a listing's judgement needs answered, as evidence.

No transaction is open here. A source that does not answer costs its own facts only; the rules then say
*cannot know*. What comes back is the same evidence that messages would have given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from epelbot.domain.collection import Collection
from epelbot.domain.departure import Departure
from epelbot.domain.evidence import (
    AccessSeen,
    BuildChanged,
    BuildChecked,
    BuildTagged,
    Fact,
    LookedUp,
    PostRead,
    Recorded,
    ThreadSeen,
    UpdateSeen,
)
from epelbot.domain.facts import Facts, Horizon, Known, Missing
from epelbot.domain.nevra import EVR, NVR
from epelbot.domain.post import Post
from epelbot.domain.profile import Profile, Roles
from epelbot.domain.retirement import Action
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.policy.authority import groups_in
from epelbot.policy.builds_from_evidence import LIVE_STATUSES, TAG_HISTORY, UPDATES
from epelbot.policy.departure_from_evidence import BRANCH
from epelbot.policy.facts_from_evidence import facts_from_evidence
from epelbot.policy.matter import last_seen_thread
from epelbot.policy.posts_from_evidence import ACCESS
from epelbot.policy.seen import last_answer
from epelbot.ports import (
    BuildContentsSource,
    BuildHistory,
    ListArchive,
    PackageSources,
    Sources,
    UpdateSource,
)
from epelbot.services.gather_departures import branch_tip, is_pushed_unseen, package_list
from epelbot.services.verify_build import verify_build


@dataclass(slots=True)
class Gathered:
    """The answers so far, and by source whether it answered (None) or why not."""

    evidence: list[Recorded] = field(default_factory=list)
    #: What came up about other packages; no part of this listing's own facts.
    aside: list[Recorded] = field(default_factory=list)
    #: The announcement's thread, without texts, and the hashes of those replies that are new in it.
    thread: tuple[Post, ...] = ()
    new_replies: tuple[str, ...] = ()
    health: dict[str, str | None] = field(default_factory=dict)

    def take(self, source: str, answer: Callable[[], Iterable[Recorded]]) -> None:
        """Take a whole answer, or note why there is none; half an answer is none."""
        try:
            self.evidence.extend(list(answer()))
        except (TransientError, PermanentError) as error:
            self.health[source] = str(error)
        else:
            self.health.setdefault(source, None)


@dataclass(frozen=True, slots=True)
class Question:
    """Whose evidence is wanted, and how fresh it must be."""

    package: str
    collection: Collection
    horizon: Horizon
    profile: Profile
    ask_again_after: timedelta


def gather(question: Question, known: Sequence[Recorded], sources: Sources) -> Gathered:
    """Ask what has to be asked, at most once per ``ask_again_after`` unless something new came in since.

    Each answer may raise the next question: which builds there are decides whose files are read.
    """
    found = Gathered()
    history, updates, packages, contents = (
        sources.history,
        sources.updates,
        sources.packages,
        sources.contents,
    )
    if history is not None and _is_stale(question, known, TAG_HISTORY, question.horizon.tags):
        found.take("koji", lambda: _tag_history(question, known, history))
    if updates is not None and _is_stale(question, known, UPDATES, question.horizon.tags):
        found.take("bodhi", lambda: _updates(question, updates))
    if packages is not None and _is_stale(question, known, ACCESS):
        found.take("dist-git", lambda: _access(question, packages))
    branch = (question.collection.branch,)
    if (
        packages is not None
        and not found.health.get("dist-git")
        and (_is_stale(question, known, BRANCH, branch) or is_pushed_unseen(*branch, known))
    ):
        found.take("dist-git", lambda: _branch_tip(question, known, packages))
    # A source that has just failed is not asked more.
    if history is not None and not found.health.get("koji"):
        untold = _builds_without_epoch(question, [*known, *found.evidence])
        if untold:
            found.take("koji", lambda: _epochs(question, untold, history))
    if contents is not None and question.profile.retirement.final_build:
        _read_builds(question, known, found, contents)
    if sources.archive is not None:
        _look_at_thread(question, known, found, sources.archive)
    return found


def _look_at_thread(
    question: Question, known: Sequence[Recorded], found: Gathered, archive: ListArchive
) -> None:
    """Ask who answered the announcement: a message about an offer or a withdrawal may have been lost."""
    now, told = question.horizon.now, [*known, *found.evidence]
    if not any(isinstance(one.fact, PostRead) for one in told):
        return
    facts = _facts(question, told)
    if facts.departure is not None:
        return
    begun = facts.announcement
    rejected = facts.decision is not None and facts.decision.action is Action.REJECT
    if begun is None or facts.ending is not None or rejected or begun.posted_at.date() < facts.in_force_from:
        return
    post = begun.read.post
    asked = last_seen_thread(post, tuple(told))
    if asked is not None and now - asked < question.ask_again_after:
        return

    def answer() -> Iterator[Recorded]:
        try:
            found.thread = archive.thread(question.profile.lists.announce, post)
        except NotThere:
            # It lags behind: nothing is known of the thread yet, and the archive is not to blame.
            return
        replies = tuple(sorted(one.hash for one in found.thread if one.hash != post))
        yield _recorded(question, ThreadSeen(post, replies), "archive", now, every_branch=True)

    found.take("archive", answer)
    seen = {
        reply
        for one in known
        if isinstance(one.fact, ThreadSeen) and one.fact.post == post
        for reply in one.fact.replies
    }
    found.new_replies = tuple(one.hash for one in found.thread if one.hash not in {post, *seen})


def _is_stale(question: Question, known: Sequence[Recorded], what: str, tags: Sequence[str] = ()) -> bool:
    asked = last_answer(what, known, tags)
    if asked is None or question.horizon.now - asked >= question.ask_again_after:
        return True
    # In the same instant counts as after: the answer may have been on its way already.
    if any(synced >= asked for synced in question.horizon.synced_at[-1:]):
        return True
    return any(one.learnt_at >= asked for one in known if _is_news(one, what))


def _is_news(one: Recorded, what: str) -> bool:
    # Of a package that dist-git's list shows with other people, only a look-up tells the rest.
    is_listed = isinstance(one.fact, AccessSeen) and one.fact.partial
    return one.source == "bus" or (what == ACCESS and is_listed)


def _recorded(
    question: Question, fact: Fact, source: str, at: datetime, *, every_branch: bool = False
) -> Recorded:
    major = None if every_branch else question.collection.major
    return Recorded(fact, question.package, major, source, at, question.horizon.now)


def _tag_history(question: Question, known: Sequence[Recorded], history: BuildHistory) -> Iterator[Recorded]:
    for stay in history.tag_history(question.package, question.horizon.tags):
        tagged = BuildTagged(str(stay.nvr), stay.tag, untagged=False, by=stay.tagged_by, epoch=stay.epoch)
        yield _recorded(question, tagged, "koji", stay.tagged_at)
        if stay.untagged_at is not None:
            left = BuildTagged(str(stay.nvr), stay.tag, untagged=True, by=stay.untagged_by, epoch=stay.epoch)
            yield _recorded(question, left, "koji", stay.untagged_at)
    now, tags = question.horizon.now, question.horizon.tags
    yield from package_list(
        question.package, question.collection.major, tags, known, history=history, now=now
    )
    for asked in question.horizon.tags:
        yield _recorded(question, LookedUp(TAG_HISTORY, asked), "koji", now)


def _updates(question: Question, updates: UpdateSource) -> Iterator[Recorded]:
    now = question.horizon.now
    for update in updates.updates_of(question.package, question.horizon.tags):
        seen = _recorded(question, update, "bodhi", update.reached_at or now)
        yield replace(seen, confirmed_at=now)
    for asked in question.horizon.tags:
        yield _recorded(question, LookedUp(UPDATES, asked), "bodhi", now)


def _access(question: Question, packages: PackageSources) -> Iterator[Recorded]:
    now = question.horizon.now
    try:
        access = packages.access(question.package)
    except NotThere:
        # An answer too: dist-git has no such package, so nobody maintains it.
        pass
    else:
        named = dict(access.members)
        for group in _groups_with_a_say(question.profile.roles):
            named.setdefault(group, packages.members(group))
        access = replace(access, members=tuple(sorted(named.items())))
        yield _recorded(question, AccessSeen(access), "dist-git", now, every_branch=True)
    yield _recorded(question, LookedUp(ACCESS), "dist-git", now, every_branch=True)


def _branch_tip(
    question: Question, known: Iterable[Recorded], packages: PackageSources
) -> Iterator[Recorded]:
    now, collection = question.horizon.now, question.collection
    yield from branch_tip(question.package, collection, known, packages=packages, now=now)
    yield _recorded(question, LookedUp(BRANCH, collection.branch), "dist-git", now)


def _groups_with_a_say(roles: Roles) -> tuple[str, ...]:
    """The groups that the settings name, in whatever role; only a look-up tells who is in them."""
    entitled = (name.removeprefix("@") for name in roles.entitled_groups)
    return tuple(dict.fromkeys((*entitled, *groups_in((*roles.release_managers, *roles.committee)))))


def _builds_without_epoch(question: Question, known: Iterable[Recorded]) -> list[NVR]:
    """Builds in live updates whose epoch Koji has not told; messages of updates and tags tell none."""
    told: set[str] = set()
    wanted: set[str] = set()
    for one in known:
        if isinstance(one.fact, BuildChanged) and one.fact.build_id is not None:
            told.add(one.fact.nvr)
        elif isinstance(one.fact, UpdateSeen) and one.fact.status in LIVE_STATUSES:
            wanted.update(one.fact.builds)
    return [nvr for nvr in map(NVR.parse, sorted(wanted - told)) if nvr.name == question.package]


def _epochs(question: Question, wanted: Sequence[NVR], history: BuildHistory) -> Iterator[Recorded]:
    for nvr, build in history.builds(wanted).items():
        state = BuildChanged(
            str(nvr), build.state.name.lower(), build.epoch or 0, build.build_id, build.owner
        )
        yield _recorded(question, state, "koji", build.completed_at or question.horizon.now)


def _facts(question: Question, known: Iterable[Recorded]) -> Facts:
    return facts_from_evidence(
        question.package,
        question.collection,
        known,
        as_of=question.horizon.now.date(),
        horizon=question.horizon,
        profile=question.profile,
    )


def _read_builds(
    question: Question, known: Sequence[Recorded], found: Gathered, contents: BuildContentsSource
) -> None:
    """Read what R2 has not read: of a listing that has left, the last build, and one that is under way."""
    tried: set[NVR] = set()
    while True:
        told = [*known, *found.evidence]
        build = _unread_build(question, told)
        if build is None or build[0] in tried:
            return
        tried.add(build[0])
        found.take("koji", partial(_checked, question, told, build, contents))


def _unread_build(question: Question, known: Sequence[Recorded]) -> tuple[NVR, EVR] | None:
    """The newest build, unless R2 has read it well already: what is in a build never changes.

    Of a listing that has left, the last build that its users got; and those that may have been a final build
    before the newest one, which is none.
    """
    facts = _facts(question, known)
    left = facts.departure
    if isinstance(left, Departure) and left.last_build is not None and not _is_read(facts.last_check):
        stay = left.last_build
        return stay.nvr, stay.nvr.evr(stay.epoch)
    if not isinstance(facts.newest, Known) or facts.newest.value is None:
        return None
    if _is_read(facts.check):
        return next(((stay.nvr, stay.nvr.evr(stay.epoch)) for stay in facts.unread_before), None)
    return facts.newest.value.nvr, facts.newest.value.evr


def _is_read(check: Known[BuildChecked] | Missing | None) -> bool:
    return isinstance(check, Known) and check.value.outcome != "unreadable"


def _checked(
    question: Question, known: Sequence[Recorded], build: tuple[NVR, EVR], contents: BuildContentsSource
) -> Iterator[Recorded]:
    """What R2 finds in the build; a text that some build had before is not read again."""
    read_before = {
        readme.digest: readme.says_retired
        for one in known
        if isinstance(one.fact, BuildChecked) and one.fact.rules.words == question.profile.readme.words
        for readme in one.fact.readmes
        if readme.digest and readme.says_retired is not None
    }
    rules = question.profile.readme
    try:
        checked = verify_build(contents, build[0], build[1].epoch, rules, read_before)
    except NotThere:
        # Koji may not have the files of a build that it names; nothing is known of them then.
        return
    yield _recorded(question, checked, "koji", question.horizon.now)
