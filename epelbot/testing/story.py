# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A story: packages that live and leave, told twice at once, as a world to look into and as bus messages.

Every step changes the `World` as the real services would, and adds the messages that they would send. So
a test can feed the messages in any order, lose some, or look everything up, and must come to the same end.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from epelbot.domain.build import (
    Build,
    BuildContents,
    BuildState,
    FileFlag,
    PackageEntry,
    RpmContents,
    RpmFile,
    Tagging,
)
from epelbot.domain.evidence import UpdateSeen
from epelbot.domain.nevra import NVR
from epelbot.domain.people import PackageAccess
from epelbot.domain.post import Post
from epelbot.ports import Commit, Release, Sources
from epelbot.testing.archive import FakeArchive
from epelbot.testing.bodhi import FakeBodhi
from epelbot.testing.datagrepper import FakeDatagrepper
from epelbot.testing.distgit import FakeDistGit
from epelbot.testing.koji import FakeKoji
from epelbot.testing.messages import (
    Record,
    access_message,
    build_message,
    commit_message,
    package_list_message,
    post_message,
    push_message,
    sync_message,
    tag_message,
    update_message,
)
from epelbot.testing.recording import number_of, revision_of
from epelbot.testing.rpm_writer import FileSpec, write_rpm
from epelbot.testing.world import World

README = b"This package is retired from EPEL. It gets no more updates; please move away from it.\n"
_A_DAY = timedelta(days=1)
_ARCHES = ("aarch64", "ppc64le", "s390x", "x86_64")


@dataclass(slots=True)
class Story:
    """The world as it stands now, and every message so far, in the order in which it was sent.

    Given a folder for ``rpms``, every build's RPM files are written there.
    """

    world: World = field(default_factory=World)
    messages: list[Record] = field(default_factory=list)
    rpms: Path | None = None

    @property
    def sources(self) -> Sources:
        """Everything the world can be asked."""
        koji = FakeKoji(self.world)
        return Sources(
            history=koji,
            contents=koji,
            updates=FakeBodhi(self.world),
            packages=FakeDistGit(self.world),
            archive=FakeArchive(self.world),
            messages=FakeDatagrepper(self.world, self.messages),
        )

    def opens(self, *collections: str, leading: str | None = None) -> None:
        """These collections exist; ``leading`` is the stable tag that leads ``epel10`` ("epel10.3")."""
        for name in collections:
            branch = "epel10" if name == leading else name
            self.world.releases.append(Release(f"EPEL-{name[4:]}", branch, name, "current"))
            self.world.package_lists.setdefault(name, {})

    def branched(self, minor: int, at: datetime) -> None:
        """``epel10.MINOR`` is cut from ``epel10``: the next minor leads, with a clone of what is there."""
        old, new = f"epel10.{minor}", f"epel10.{minor + 1}"
        self.world.releases = [
            replace(one, branch=old) if one.stable_tag == old else one for one in self.world.releases
        ]
        self.world.releases.append(Release(f"EPEL-{new[4:]}", "epel10", new, "current"))
        for alias, update in self.world.updates.items():
            if update.release == old:
                self.world.updates[alias] = replace(update, branch=old)
        self.world.tags_made[new] = at
        self.world.package_lists[new] = dict(self.world.package_lists.get(old, {}))
        for package, blocked in self.world.package_lists[new].items():
            self.world.package_entries.append((package, PackageEntry(new, blocked, at, "releng")))
        latest: dict[str, Tagging] = {}
        for stay in sorted(self.world.taggings, key=lambda one: one.tagged_at):
            if stay.tag == old and stay.untagged_at is None:
                latest[stay.nvr.name] = stay
        for stay in latest.values():
            self.tagged(str(stay.nvr), new, at, by="releng")
        for package, branches in self.world.branches.items():
            if "epel10" in branches:
                self.world.branches[package] = (*branches, old)

    def package(
        self,
        name: str,
        owner: str,
        at: datetime,
        *,
        others: Sequence[str] = (),
        branches: Sequence[str] = ("epel9",),
        epel_assignee: str | None = None,
        groups: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """A package is in dist-git; ``groups`` with commit rights are given with their members."""
        access = PackageAccess(
            owner,
            committers=tuple(others),
            groups=tuple(groups),
            epel_assignee=epel_assignee,
            members=tuple((group, tuple(members)) for group, members in groups.items()),
        )
        self.world.access[name] = access
        self.world.branches[name] = tuple(branches)
        self.messages.append(push_message(name, branches[0], at=at, agent=owner, access=access))

    def given(self, name: str, owner: str, at: datetime) -> None:
        """The package has another main admin; a message of the old one's access follows."""
        before = self.world.access[name]
        self.world.access[name] = replace(before, main_admin=owner)
        self.messages.append(
            access_message(
                "pagure.project.user.added",
                name,
                at=at,
                access=self.world.access[name],
                who=before.main_admin,
            )
        )

    def built(
        self,
        nvr: str,
        at: datetime,
        *,
        readme: bytes | None = None,
        readme_name: str = "README-RETIRED.txt",
        flags: int = FileFlag.DOC,
        tag: str = "epel9",
        epoch: int | None = None,
    ) -> None:
        """Koji completes a build; with ``readme`` its package carries that text, in every architecture."""
        build = NVR.parse(nvr)
        self.world.builds[build] = Build(build, number_of(nvr), epoch, BuildState.COMPLETE, "maintainer", at)
        folder = f"/usr/share/doc/{build.name}"
        files = [
            FileSpec(f"/usr/bin/{build.name}", b"#!/bin/sh\n", mode=0o100755),
            FileSpec(f"{folder}/README", b"What it does.\n", flags=FileFlag.DOC),
        ]
        if readme is not None:
            files.append(FileSpec(f"{folder}/{readme_name}", readme, flags=flags))
        self._keep_rpms(build, files)
        self.world.package_lists.setdefault(tag, {}).setdefault(build.name, False)
        self.messages.append(build_message(nvr, at=at, target=f"{tag}-candidate", epoch=epoch))
        self.messages.append(tag_message(nvr, f"{tag}-testing-candidate", at=at))

    def _keep_rpms(self, build: NVR, files: Sequence[FileSpec]) -> None:
        """What Koji lists of the RPMs, their texts, and with ``rpms`` the RPM files themselves."""
        listed = tuple(
            RpmFile(one.path, one.flags, one.mode, len(one.content), hashlib.sha256(one.content).hexdigest())
            for one in files
        )
        rpms = [RpmContents(build.name, arch, listed) for arch in _ARCHES]
        spec = RpmFile(f"{build.name}.spec", 0, 0o100644, 999, "c" * 64)
        self.world.contents[build] = BuildContents(
            str(build), (*rpms, RpmContents(build.name, "src", (spec,)))
        )
        for rpm, one in itertools.product(rpms, files):
            self.world.texts[build, str(rpm), one.path] = one.content
        if self.rpms is not None:
            self.world.rpm_files[build] = tuple(
                write_rpm(
                    self.rpms / f"{build}.{arch}.rpm",
                    name=build.name,
                    version=build.version,
                    release=build.release,
                    arch=arch,
                    files=files,
                    source_rpm=f"{build}.src.rpm",
                )
                for arch in _ARCHES
            )

    def submitted(
        self, alias: str, nvr: str, at: datetime, *, tag: str = "epel9", branch: str | None = None
    ) -> None:
        """An update is created and goes for testing."""
        user = self.world.access[NVR.parse(nvr).name].main_admin
        self._updated(
            "bodhi.update.request.testing",
            UpdateSeen(alias, tag, branch or tag, "pending", "testing", (nvr,), user, at),
            at,
        )

    def in_testing(self, alias: str, at: datetime) -> None:
        """The update is in updates-testing."""
        update = replace(self.world.updates[alias], status="testing", request=None, testing_at=at)
        self._updated("bodhi.update.complete.testing", update, at)

    def edited(self, alias: str, builds: Sequence[str], at: datetime) -> None:
        """Its submitter changes the update's builds; it goes back to pending, for testing."""
        before = self.world.updates[alias]
        update = replace(
            before, status="pending", request="testing", builds=tuple(sorted(builds)), testing_at=None
        )
        removed = tuple(sorted(set(before.builds) - set(builds)))
        self._updated("bodhi.update.edit", update, at, removed=removed)

    def unpushed(self, alias: str, at: datetime) -> None:
        """The update is taken back."""
        update = replace(self.world.updates[alias], status="unpushed", request=None)
        self._updated("bodhi.update.request.unpush", update, at)

    def obsoleted(self, alias: str) -> None:
        """A newer update takes this one's place; no message tells it (FIELD 1.3)."""
        self.world.updates[alias] = replace(self.world.updates[alias], status="obsolete", request=None)

    def stable(self, alias: str, at: datetime) -> None:
        """The update's build is tagged stable, and the compose that carries it is done three hours later."""
        update = self.world.updates[alias]
        for nvr in update.builds:
            self.tagged(nvr, update.release, at)
        done = at + timedelta(hours=3)
        pushed = replace(update, status="stable", request=None, stable_at=done)
        # In the message the request still stands (FIELD 1.3); Bodhi clears it right after.
        self._updated("bodhi.update.complete.stable", pushed, done, request="stable")

    def tagged(self, nvr: str, tag: str, at: datetime, by: str = "bodhi") -> None:
        """A build enters a tag."""
        build = self.world.builds.get(NVR.parse(nvr))
        epoch = build.epoch if build is not None else None
        self.world.taggings.append(Tagging(NVR.parse(nvr), epoch, tag, at, by))
        self.messages.append(tag_message(nvr, tag, at=at, user=by))

    def untagged(self, nvr: str, tag: str, at: datetime, by: str = "releng") -> None:
        """A build leaves a tag."""
        build = NVR.parse(nvr)
        self.world.taggings = [
            replace(stay, untagged_at=at, untagged_by=by)
            if (stay.nvr, stay.tag, stay.untagged_at) == (build, tag, None)
            else stay
            for stay in self.world.taggings
        ]
        self.messages.append(tag_message(nvr, tag, at=at, user=by, untagged=True))

    def blocked(self, package: str, tag: str, at: datetime, by: str = "releng") -> None:
        """The package is blocked in the tag."""
        self._listed(package, tag, at, by, blocked=True)

    def unblocked(self, package: str, tag: str, at: datetime, by: str = "releng") -> None:
        """The block is taken back."""
        self._listed(package, tag, at, by, blocked=False)

    def _listed(self, package: str, tag: str, at: datetime, by: str, *, blocked: bool) -> None:
        self.world.package_lists.setdefault(tag, {})[package] = blocked
        self.world.package_entries = [
            (name, replace(entry, ended_at=at, ended_by=by))
            if (name, entry.tag, entry.ended_at) == (package, tag, None)
            else (name, entry)
            for name, entry in self.world.package_entries
        ]
        self.world.package_entries.append((package, PackageEntry(tag, blocked, at, by)))
        # A message does not tell who did it (FIELD 1.4).
        action = "block" if blocked else "unblock"
        self.messages.append(package_list_message(package, tag, at=at, action=action))

    def killed(self, package: str, branch: str, by: str, at: datetime, text: str = "Retired") -> None:
        """Somebody commits ``dead.package`` and pushes it."""
        self.world.dead_packages[package, branch] = f"{text}\n"
        self._pushed(package, branch, by, at, summary=text, dead=True)

    def revived(self, package: str, branch: str, by: str, at: datetime) -> None:
        """Somebody takes ``dead.package`` out of the branch again."""
        self.world.dead_packages.pop((package, branch), None)
        self._pushed(package, branch, by, at, summary="Unretire", dead=False)

    def _pushed(self, package: str, branch: str, by: str, at: datetime, *, summary: str, dead: bool) -> None:
        revision = revision_of(f"{package} {branch} {at.isoformat()} ")
        self.world.tips[package, branch] = Commit(revision, by.title(), at)
        changed = {"dead.package": "A" if dead else "D"}
        access = self.world.access[package]
        self.messages.append(
            push_message(package, branch, at=at, agent=by, access=access, changed_files=changed)
        )
        files = {"dead.package": (1, 0) if dead else (0, 1)}
        self.messages.append(commit_message(package, branch, at=at, summary=summary, agent=by, files=files))

    def synced(self, release: str, at: datetime) -> None:
        """The repository reaches the mirrors' master; ``release`` as the mirrors name it ("9")."""
        self.messages.append(sync_message(release, at=at))

    def posted(
        self,
        subject: str,
        text: str,
        by: str,
        at: datetime,
        *,
        account: str | None = "",
        in_reply_to: str | None = None,
        archived: bool = True,
    ) -> Post:
        """Somebody writes to epel-devel. ``account`` is what the bus names: by default the writer's.

        Unless ``archived``, the archive lags behind and has no such post until `archive_catches_up`.
        """
        message_id = f"{number_of(subject + by + at.isoformat())}@mail.example.org"
        sender_account = by if account == "" else account
        sender = f"{by.title()} <{by}@fedoraproject.org>"
        post = Post("epel-devel", message_id, subject, sender, at, None, in_reply_to, None, text)
        self.world.posts[post.hash] = post if archived else replace(post, text=None)
        self.messages.append(
            post_message(
                subject,
                at=at,
                sender=sender,
                message_id=message_id,
                sender_account=sender_account,
                in_reply_to=in_reply_to,
            )
        )
        return post

    def archive_catches_up(self, post: Post) -> None:
        """The archive has the post's text from now on."""
        self.world.posts[post.hash] = post

    def announced(
        self,
        package: str,
        collection: str,
        by: str,
        at: datetime,
        reason: str = "I have no time for it any more.",
        *,
        account: str | None = "",
        archived: bool = True,
    ) -> Post:
        """A maintainer announces a retirement as it should be done."""
        text = f"Hello,\n\nI am going to retire {package} from {collection}. {reason}\n\nRegards,\n{by}\n"
        subject = f"Retiring {package} from {collection}"
        return self.posted(subject, text, by, at, account=account, archived=archived)

    def shipped(
        self,
        nvr: str,
        at: datetime,
        *,
        readme: bytes | None = None,
        readme_name: str = "README-RETIRED.txt",
        flags: int = FileFlag.DOC,
        tag: str = "epel9",
        branch: str | None = None,
    ) -> str:
        """A build goes the whole way in ten days and is public then; gives the update's alias."""
        alias = f"FEDORA-EPEL-{at:%Y}-{number_of(nvr):010x}"
        self.built(nvr, at, readme=readme, readme_name=readme_name, flags=flags, tag=tag)
        self.submitted(alias, nvr, at + _A_DAY, tag=tag, branch=branch)
        self.in_testing(alias, at + 2 * _A_DAY)
        self.stable(alias, at + 9 * _A_DAY)
        self.synced(tag[4:], at + 10 * _A_DAY)
        return alias

    def _updated(
        self,
        event: str,
        update: UpdateSeen,
        at: datetime,
        request: str | None = None,
        removed: Sequence[str] = (),
    ) -> None:
        self.world.updates[update.alias] = update
        self.messages.append(
            update_message(
                event,
                alias=update.alias,
                builds=update.builds,
                at=at,
                release=update.release,
                branch=update.branch,
                status=update.status,
                request=request or update.request,
                user=update.submitter or "maintainer",
                submitted_at=update.submitted_at,
                testing_at=update.testing_at,
                stable_at=update.stable_at,
                removed_builds=removed,
            )
        )


def whole_retirement(story: Story, package: str = "oldtool", tag: str = "epel9", *, start: datetime) -> None:
    """A package enters, lives two years, is announced, ships its final build, and that becomes public."""
    a_day = timedelta(days=1)
    story.package(package, "ann", start, branches=(tag,))
    story.built(f"{package}-1.0-1.el9", start + a_day)
    story.submitted(f"FEDORA-EPEL-2024-{package}", f"{package}-1.0-1.el9", start + 2 * a_day)
    story.in_testing(f"FEDORA-EPEL-2024-{package}", start + 3 * a_day)
    story.stable(f"FEDORA-EPEL-2024-{package}", start + 10 * a_day)
    story.synced(tag[4:], start + 11 * a_day)
    end = start + 730 * a_day
    story.announced(package, tag, "ann", end)
    final = f"{package}-1.0-2.el9"
    story.built(final, end + a_day, readme=README)
    story.submitted(f"FEDORA-EPEL-2026-{package}", final, end + 2 * a_day)
    story.in_testing(f"FEDORA-EPEL-2026-{package}", end + 3 * a_day)
    story.stable(f"FEDORA-EPEL-2026-{package}", end + 11 * a_day)
    story.synced(tag[4:], end + 12 * a_day)
