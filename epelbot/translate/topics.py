# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All topics that we follow, each with its publisher's class and our translator, and the bus's bindings.

Loading this loads every publisher's schemas, which takes half a second: the intake does without it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bodhi.messages.schemas import compose as bodhi_composes
from bodhi.messages.schemas import update as bodhi_updates
from fedora_messaging.message import Message
from fedora_messaging_git_hook_messages.commit import CommitV1
from koji_fedoramessaging_messages.build import BuildStateChangeV1
from koji_fedoramessaging_messages.package import ListChangeV1
from koji_fedoramessaging_messages.tag import TagV1, UntagV1
from mailman3_fedmsg_plugin_schemas.schemas import MessageV1 as MailV1
from pagure_messages import git_schema, issue_schema, project_schema

from epelbot.domain.evidence import Recorded
from epelbot.errors import PermanentError
from epelbot.translate import (
    bodhi_compose,
    bodhi_update,
    distgit_push,
    epel_sync,
    forgejo_issue,
    koji_build,
    koji_package_list,
    koji_tag,
    mailman,
    pagure_access,
    pagure_issue,
)
from epelbot.translate.envelope import decode, instant_or_none
from epelbot.translate.message import ParsedMessage, Untranslatable
from epelbot.translate.topic_name import split_topic

Translator = Callable[[ParsedMessage, datetime], tuple[Recorded, ...]]

#: The routing keys to bind a queue with. Pagure's own, since tickets are on pagure.io and packages are not.
BINDINGS: tuple[str, ...] = (
    "org.fedoraproject.*.bodhi.update.#",
    "org.fedoraproject.*.bodhi.compose.complete",
    "org.fedoraproject.*.bodhi.updates.epel.sync",
    "org.fedoraproject.*.buildsys.build.state.change",
    "org.fedoraproject.*.buildsys.tag",
    "org.fedoraproject.*.buildsys.untag",
    "org.fedoraproject.*.buildsys.package.list.change",
    "org.fedoraproject.*.git.receive",
    "org.fedoraproject.*.pagure.git.receive",
    "org.fedoraproject.*.pagure.git.branch.*",
    "org.fedoraproject.*.pagure.project.#",
    "org.fedoraproject.*.mailman.receive",
    "org.fedoraproject.*.forgejo.issues",
    "org.fedoraproject.*.forgejo.issue_comment",
    "io.pagure.*.pagure.issue.#",
)

#: Topic without prefix, the publisher's class for it (of the newest version; plain where there is none), and
#: what makes evidence of it.
TRANSLATORS: tuple[tuple[str, type[Message], Translator], ...] = (
    ("bodhi.update.request.testing", bodhi_updates.UpdateRequestTestingV1, bodhi_update.update),
    ("bodhi.update.request.stable", bodhi_updates.UpdateRequestStableV1, bodhi_update.update),
    ("bodhi.update.request.unpush", bodhi_updates.UpdateRequestUnpushV1, bodhi_update.update),
    ("bodhi.update.request.obsolete", bodhi_updates.UpdateRequestObsoleteV1, bodhi_update.update),
    ("bodhi.update.request.revoke", bodhi_updates.UpdateRequestRevokeV1, bodhi_update.update),
    ("bodhi.update.edit", bodhi_updates.UpdateEditV2, bodhi_update.update),
    ("bodhi.update.eject", bodhi_updates.UpdateEjectV1, bodhi_update.update),
    ("bodhi.update.complete.testing", bodhi_updates.UpdateCompleteTestingV1, bodhi_update.update),
    ("bodhi.update.complete.stable", bodhi_updates.UpdateCompleteStableV1, bodhi_update.update),
    (
        "bodhi.update.requirements_met.stable",
        bodhi_updates.UpdateRequirementsMetStableV1,
        bodhi_update.update,
    ),
    ("bodhi.update.karma.threshold.reach", bodhi_updates.UpdateKarmaThresholdV1, bodhi_update.update),
    ("bodhi.update.comment", bodhi_updates.UpdateCommentV1, bodhi_update.commented_update),
    ("bodhi.compose.complete", bodhi_composes.ComposeCompleteV1, bodhi_compose.compose_finished),
    ("bodhi.updates.epel.sync", Message, epel_sync.synced),
    ("buildsys.build.state.change", BuildStateChangeV1, koji_build.build_changed),
    ("buildsys.tag", TagV1, koji_tag.tagged),
    ("buildsys.untag", UntagV1, koji_tag.untagged),
    ("buildsys.package.list.change", ListChangeV1, koji_package_list.package_list_changed),
    ("git.receive", CommitV1, distgit_push.committed),
    ("pagure.git.receive", git_schema.GitReceiveV1, distgit_push.pushed),
    ("pagure.git.branch.creation", git_schema.GitBranchCreationV1, pagure_access.repository_changed),
    ("pagure.git.branch.deletion", git_schema.GitBranchDeletionV1, pagure_access.repository_changed),
    ("pagure.project.edit", project_schema.ProjectEditV1, pagure_access.project_changed),
    ("pagure.project.user.added", project_schema.ProjectUserAddedV1, pagure_access.project_changed),
    ("pagure.project.user.removed", project_schema.ProjectUserRemovedV1, pagure_access.project_changed),
    (
        "pagure.project.user.access.updated",
        project_schema.ProjectUserAccessUpdatedV1,
        pagure_access.project_changed,
    ),
    ("pagure.project.group.added", project_schema.ProjectGroupAddedV1, pagure_access.project_changed),
    ("pagure.project.group.removed", project_schema.ProjectGroupRemovedV1, pagure_access.project_changed),
    (
        "pagure.project.group.access.updated",
        project_schema.ProjectGroupAccessUpdatedV1,
        pagure_access.project_changed,
    ),
    ("pagure.issue.new", issue_schema.IssueNewV1, pagure_issue.ticket_seen),
    ("pagure.issue.edit", issue_schema.IssueEditV1, pagure_issue.ticket_seen),
    ("pagure.issue.comment.added", issue_schema.IssueCommentAddedV1, pagure_issue.ticket_seen),
    ("pagure.issue.tag.added", issue_schema.IssueTagAddedV1, pagure_issue.ticket_seen),
    ("pagure.issue.tag.removed", issue_schema.IssueTagRemovedV1, pagure_issue.ticket_seen),
    ("pagure.issue.assigned.added", issue_schema.IssueAssignedAddedV1, pagure_issue.ticket_seen),
    ("pagure.issue.assigned.reset", issue_schema.IssueAssignedResetV1, pagure_issue.ticket_seen),
    ("pagure.issue.drop", issue_schema.IssueDropV1, pagure_issue.ticket_seen),
    ("mailman.receive", MailV1, mailman.post_seen),
    ("forgejo.issues", Message, forgejo_issue.forgejo_ticket_seen),
    ("forgejo.issue_comment", Message, forgejo_issue.forgejo_ticket_seen),
)

_BY_EVENT = {event: (published, translator) for event, published, translator in TRANSLATORS}

# Given to each message that is read: else its class makes headers for sending it, which costs as much again
# and fails on bodies that the bus does carry (a build without an owner).
_PROPERTIES = Message()._properties  # noqa: SLF001 -- their type is pika's, which has its own room


def translate(payload: bytes, received_at: datetime) -> tuple[Recorded, ...]:
    """Make evidence of a message out of the inbox; nothing when there is nothing in it for us.

    The publisher's schema is not enforced: a body newer than our classes gets through on the fields that we
    need. Raises `Untranslatable` when those are missing or not what they must be.
    """
    if received_at.tzinfo is None:
        raise ValueError("received_at has no time zone; give an aware time")
    topic, sent_at, body = _opened(payload)
    name = split_topic(topic)
    if name.event not in _BY_EVENT:
        return ()
    published, translator = _BY_EVENT[name.event]
    message = ParsedMessage(name.event, name.sender, sent_at, body, _read_by(published, topic, body))
    try:
        return translator(message, received_at)
    except PermanentError as error:
        raise Untranslatable(f"{name.event}: {error}") from error


def _read_by(published: type[Message], topic: str, body: dict[str, Any]) -> Message:
    try:
        return published(body=body, topic=topic, properties=_PROPERTIES)
    except (AttributeError, KeyError, TypeError, ValueError):  # Koji's look into the body as they are made
        return Message(body=body, topic=topic, properties=_PROPERTIES)


def _opened(payload: bytes) -> tuple[str, datetime | None, dict[str, Any]]:
    try:
        message = decode(payload)
    except ValueError as error:
        raise Untranslatable(str(error)) from error
    match message:
        case {"undated": str() as why}:
            # Parked by the intake (`Incoming.undated`), and being retried changes nothing about it.
            raise Untranslatable(why)
        case {"topic": str() as topic, "body": dict() as body}:
            headers = message.get("headers")
            sent_at = headers.get("sent-at") if isinstance(headers, dict) else None
            return topic, instant_or_none(sent_at), body
        case _:
            raise Untranslatable("the message is no JSON object with a topic and a body; see who sent it")
