# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from epelbot.domain.evidence import PostSeen, TicketSeen
from epelbot.domain.post import Post
from epelbot.testing.messages import Record, forgejo_issue_message, issue_message, post_message
from epelbot.translate.message import COMMENT_LIMIT, LINE_LIMIT, Untranslatable
from tests.unit.translating import SENT, changed, evidence_of, facts_of, without

POST = post_message(
    "Retiring foo from EPEL 9",
    at=SENT,
    sender="Alice Example <alice@fedoraproject.org>",
    message_id="20260601.1@example.org",
    sender_account="alice",
)
TICKET = issue_message(
    "pagure.issue.comment.added",
    7,
    title="foo breaks its ABI",
    at=SENT,
    comments=["First.", "And then\nmore."],
)
FORGE = forgejo_issue_message(8, title="bar breaks its ABI", at=SENT, author="bob", sender="carol")


def post_of(record: Record) -> Post:
    (fact,) = facts_of(record)
    assert isinstance(fact, PostSeen)
    return fact.post


def ticket_of(record: Record) -> TicketSeen:
    (fact,) = facts_of(record)
    assert isinstance(fact, TicketSeen)
    return fact


def test_a_post_is_told_with_the_list_servers_time() -> None:
    (one,) = evidence_of(changed(POST, "msg.date", "Mon, 20 Nov 1995 19:12:08 -0500"))
    assert (one.package, one.major, one.happened_at) == (None, None, SENT)
    post = post_of(POST)
    assert post == Post(
        list_name="epel-devel",
        message_id="20260601.1@example.org",
        subject="Retiring foo from EPEL 9",
        sender="Alice Example <alice@fedoraproject.org>",
        posted_at=SENT,
        sender_account="alice",
        url=f"https://lists.fedoraproject.org/archives/list/epel-devel@lists.fedoraproject.org/message/{post.hash}/",
    )


def test_a_reply_names_what_it_answers() -> None:
    reply = changed(POST, "msg.in-reply-to", "<first@example.org>")
    assert post_of(reply).in_reply_to == "first@example.org"


def test_references_alone_make_a_reply_too() -> None:
    reply = changed(POST, "msg.references", "<first@example.org>\n\t<last@example.org>")
    assert post_of(reply).in_reply_to == "last@example.org"


@pytest.mark.parametrize("nothing", [None, "", "  ", "<>"])
def test_an_empty_header_makes_no_reply(nothing: str | None) -> None:
    assert post_of(changed(POST, "msg.in-reply-to", nothing)).in_reply_to is None


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("=?utf-8?q?Retiring_caf=C3=A9?=", "Retiring café"),
        ("Retiring\n  foo", "Retiring foo"),
        ("=?no-such-charset?q?x?=", "=?no-such-charset?q?x?="),
        ("=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        (None, ""),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_a_subject_is_read_as_people_see_it(subject: str | None, read: str) -> None:
    assert post_of(changed(POST, "msg.subject", subject)).subject == read


def test_a_subject_of_two_megabytes_is_cut() -> None:
    assert len(post_of(changed(POST, "msg.subject", "x " * 1_000_000)).subject) <= LINE_LIMIT


def test_what_tells_automatic_mail_is_kept() -> None:
    post = post_of(changed(POST, "msg.auto-submitted", "auto-generated"))
    assert post.headers == (("auto-submitted", "auto-generated"),)


def test_a_post_needs_neither_account_nor_address_in_the_archive() -> None:
    post = post_of(without(changed(POST, "sender_username", None), "url"))
    assert (post.sender_account, post.url) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("msg.message-id", None),
        ("msg.message-id", "<>"),
        ("msg.message-id", 5),
        ("msg.from", None),
        ("msg.subject", ["x"]),
        ("mlist.list_name", None),
        ("sender_username", "a b"),
        ("msg", []),
        ("mlist", "epel-devel"),
    ],
)
def test_a_post_that_is_not_right_names_what(field: str, value: Any) -> None:
    with pytest.raises(Untranslatable, match=rf"^mailman\.receive: {field}"):
        evidence_of(changed(POST, field, value))


def test_a_ticket_on_pagure_is_told_with_its_last_comment() -> None:
    assert ticket_of(TICKET) == TicketSeen(
        tracker="pagure.io",
        project="epel",
        number=7,
        event="comment.added",
        title="foo breaks its ABI",
        status="Open",
        author="maintainer",
        by="maintainer",
        comment="And then\nmore.",
        url="https://pagure.io/epel/issue/7",
    )


@pytest.mark.parametrize("event", ["new", "edit", "tag.added", "tag.removed", "assigned.added", "drop"])
def test_other_events_of_a_ticket_bring_no_comment(event: str) -> None:
    record = issue_message("pagure.issue.new", 7, title="x", at=SENT, status="Closed", comments=["old"])
    ticket = ticket_of(dict(record, topic=f"io.pagure.prod.pagure.issue.{event}"))
    assert (ticket.event, ticket.status, ticket.comment) == (event, "Closed", None)


def test_a_note_of_changed_metadata_is_nobodys_comment() -> None:
    comments = [dict(one, notification=True) for one in TICKET["body"]["issue"]["comments"]]
    assert ticket_of(changed(TICKET, "issue.comments", comments)).comment is None


def test_a_private_ticket_is_not_kept() -> None:
    assert facts_of(changed(TICKET, "issue.private", True)) == []


def test_a_long_comment_is_cut() -> None:
    comments = [dict(TICKET["body"]["issue"]["comments"][0], comment="\0" * 2_000_000)]
    assert ticket_of(changed(TICKET, "issue.comments", comments)).comment == "\ufffd" * COMMENT_LIMIT


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("issue", None, "issue"),
        ("issue.id", "7", "issue.id"),
        ("issue.id", -7, "issue.id"),
        ("issue.status", None, "issue.status"),
        ("issue.full_url", "https://[", "issue.full_url's host"),
        ("issue.full_url", "nowhere", "issue.full_url's host"),
        ("issue.comments", [5], r"issue.comments\[-1\]"),
        ("issue.user", "alice", "issue.user"),
        ("project", [], "project"),
        ("agent", "a b", "agent"),
    ],
)
def test_a_ticket_that_is_not_right_names_what(field: str, value: Any, named: str) -> None:
    with pytest.raises(Untranslatable, match=rf"^pagure\.issue\.comment\.added: {named}"):
        evidence_of(changed(TICKET, field, value))


def test_a_ticket_on_the_forge_is_told() -> None:
    assert ticket_of(FORGE) == TicketSeen(
        tracker="forge.fedoraproject.org",
        project="epel/steering",
        number=8,
        event="issues.opened",
        title="bar breaks its ABI",
        status="open",
        author="bob",
        by="carol",
        url="https://forge.fedoraproject.org/epel/steering/issues/8",
    )


def test_a_comment_on_the_forge_is_told() -> None:
    ticket = ticket_of(forgejo_issue_message(8, title="x", at=SENT, action="created", comment="Agreed."))
    assert (ticket.event, ticket.comment) == ("issue_comment.created", "Agreed.")


def test_without_an_agent_the_forges_own_sender_counts() -> None:
    assert ticket_of(changed(FORGE, "agent", None)).by == "carol"


def test_comments_on_pull_requests_are_nothing_to_us() -> None:
    record = forgejo_issue_message(8, title="x", at=SENT, action="created", comment="LGTM")
    assert facts_of(changed(record, "body.is_pull", True)) == []
    assert facts_of(changed(record, "body.issue.pull_request", {"merged": False})) == []


@pytest.mark.parametrize(
    "field", ["body", "body.issue", "body.repository", "body.action", "body.issue.number"]
)
def test_a_ticket_on_the_forge_that_lacks_a_needed_field_names_it(field: str) -> None:
    with pytest.raises(Untranslatable, match=rf"^forgejo\.issues: {field}"):
        evidence_of(without(FORGE, field))
