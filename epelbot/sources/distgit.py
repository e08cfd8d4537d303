# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""dist-git as Pagure serves it: who stands behind a package, and which branches are dead (FIELD 4)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from epelbot.domain.people import PackageAccess
from epelbot.errors import NotThere, PermanentError
from epelbot.http import MEBIBYTE, Http
from epelbot.ports import Commit
from epelbot.translate import shape
from epelbot.translate.project_json import access_from_json, collaborators_from_json

# What datetime can hold; committers' clocks say anything.
_LAST_SECOND = 253402300799
#: Packages asked for at once, the most that Pagure gives.
ROWS = 100
#: Pages. Fedora has some 25,000 packages.
_MOST_PAGES = 2000


@dataclass(frozen=True, slots=True)
class DistGit:
    """dist-git at ``base_url`` ("https://src.fedoraproject.org"); fulfils `PackageSources`.

    ``lookaside_url`` is where the daily lists of retired packages lie, ``<base_url>/lookaside`` if None. A
    group's members are asked for once and believed for ``group_age`` seconds, measured with ``monotonic``.
    """

    http: Http
    base_url: str
    lookaside_url: str | None = None
    group_age: float = 3600
    monotonic: Callable[[], float] = time.monotonic
    _retired: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict, init=False, repr=False)
    _members: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict, init=False, repr=False)

    def access(self, package: str) -> PackageAccess:
        """Owner, access, EPEL assignee and the members of the groups; `NotThere` if there is no such package.

        A collaborator whose branches the server does not tell matches no branch.
        """
        project = f"api/0/rpms/{_path(package)}"
        access = access_from_json(shape.mapping(self.http.get_json(self._url(project)), "dist-git's answer"))
        if access.collaborators or access.collaborator_groups:
            access = self._with_branches(access, project)
        access = replace(access, epel_assignee=self._epel_assignee(package))
        named = {*access.groups, *(one.account for one in access.collaborator_groups)}
        named |= {
            name[1:] for name in (access.main_admin, access.epel_assignee or "") if name.startswith("@")
        }
        return replace(access, members=tuple((group, self.members(group)) for group in sorted(named)))

    def every_access(self) -> Iterator[tuple[str, PackageAccess]]:
        """As `PackageSources.every_access`, in Pagure's order."""
        page = 1
        while True:
            query = {"namespace": "rpms", "fork": "false", "per_page": str(ROWS), "page": str(page)}
            answer = shape.mapping(
                self.http.get_json(self._url("api/0/projects"), query), "dist-git's answer"
            )
            rows = shape.items(answer.get("projects"), "projects")
            for at, row in enumerate(rows):
                found = _listed(shape.mapping(row, f"projects[{at}]"))
                if found is not None:
                    yield found
            # By this number and not by the link to the next page, which loses parameters (FIELD 4).
            pages = shape.count(shape.mapping(answer.get("pagination"), "pagination").get("pages"), "pages")
            if page >= pages or not rows:
                return
            if pages > _MOST_PAGES:
                raise PermanentError(f"dist-git counts {pages} pages of packages; see what is wrong there")
            page += 1

    def branches(self, package: str) -> tuple[str, ...]:
        """The package's branches, sorted; `NotThere` if there is no such package."""
        answer = self.http.get_json(self._url(f"api/0/rpms/{_path(package)}/git/branches"))
        return tuple(
            sorted(shape.names(shape.mapping(answer, "dist-git's answer").get("branches"), "branches"))
        )

    def dead_package(self, package: str, branch: str) -> str | None:
        """The text of ``dead.package`` at the branch's tip, or None when the branch is alive or absent.

        An empty ``dead.package`` kills a branch too and gives "". Pagure answers 404 for its text, as it does
        for a file that isn't there, so the tree is asked before a branch is called alive (FIELD 4, point 15).
        """
        place = f"{_path(branch)}/f/dead.package"
        try:
            # One line as a rule; a page in its place (200, by a bot check) is met by get_text as an outage.
            return self.http.get_text(self._url(f"rpms/{_path(package)}/raw/{place}"), limit=MEBIBYTE)
        except NotThere:
            pass
        try:
            answer = self.http.get_json(self._url(f"api/0/rpms/{_path(package)}/tree/{place}"))
        except NotThere:
            return None
        kind = shape.text(shape.mapping(answer, "dist-git's answer").get("type"), "the type of dead.package")
        return "" if kind == "file" else None

    def tip(self, package: str, branch: str) -> Commit | None:
        """The commit at the branch's tip; None where there is no such branch, or no such package."""
        project = f"api/0/rpms/{_path(package)}"
        try:
            answer = self.http.get_json(self._url(f"{project}/git/branches"), {"with_commits": "1"})
            tips = shape.mapping(shape.mapping(answer, "dist-git's answer").get("branches"), "branches")
            if branch not in tips:
                return None
            revision = shape.text(tips[branch], f"the tip of {branch}")
            found = self.http.get_json(self._url(f"{project}/c/{_path(revision)}/info"))
        except NotThere:
            return None
        info = shape.mapping(found, "dist-git's answer")
        seconds = min(shape.count(info.get("commit_time"), "commit_time"), _LAST_SECOND)
        author = shape.text_or_none(info.get("author") or None, "author")
        return Commit(revision, author, datetime.fromtimestamp(seconds, UTC))

    def retired_in(self, branch: str) -> tuple[str, ...]:
        """Every package whose branch of that name is retired, sorted, as of the daily list.

        Asked for once and believed for ``group_age``. `NotThere` for a branch without a list: a wrong name,
        or a release that Bodhi no longer has.
        """
        asked_at, found = self._retired.get(branch, (None, ()))
        now = self.monotonic()
        if asked_at is None or now - asked_at >= self.group_age:
            found = self._ask_retired_in(branch)
            self._retired[branch] = (now, found)
        return found

    def _ask_retired_in(self, branch: str) -> tuple[str, ...]:
        lookaside = (self.lookaside_url or self._url("lookaside")).rstrip("/")
        answer = shape.mapping(self.http.get_json(f"{lookaside}/retired_in_{_path(branch)}.json"), "the list")
        return tuple(sorted(set(shape.names(answer.get(branch), f"the list of {branch}"))))

    def _with_branches(self, access: PackageAccess, project: str) -> PackageAccess:
        try:
            answer = self.http.get_json(self._url(f"{project}/contributors"))
        except NotThere:
            # A Pagure from before 5.10 does not tell; whom it names keeps matching nothing.
            return access
        users, groups = collaborators_from_json(shape.mapping(answer, "dist-git's answer"))
        return replace(access, collaborators=users, collaborator_groups=groups)

    def _epel_assignee(self, package: str) -> str | None:
        try:
            answer = self.http.get_json(self._url(f"_dg/bzoverrides/rpms/{_path(package)}"))
        except NotThere as error:
            # The project is there, so it is the plugin that is not: that says nothing about the package.
            raise PermanentError(f"{self.base_url} has no _dg/bzoverrides; check its address") from error
        overrides = shape.mapping(answer, "dist-git's answer")
        if "epel_assignee" not in overrides:
            raise PermanentError(
                "epel_assignee is missing in dist-git's answer; see whether it has a new version"
            )
        return shape.text_or_none(overrides["epel_assignee"] or None, "epel_assignee")

    def members(self, group: str) -> tuple[str, ...]:
        """The accounts in a group, sorted; none when there is no such group: its access is nobody's then."""
        asked_at, members = self._members.get(group, (None, ()))
        now = self.monotonic()
        if asked_at is not None and now - asked_at < self.group_age:
            return members
        try:
            answer = self.http.get_json(self._url(f"api/0/group/{_path(group)}"))
        except NotThere:
            members = ()
        else:
            members = tuple(
                sorted(shape.names(shape.mapping(answer, "dist-git's answer").get("members"), "members"))
            )
        self._members[group] = (now, members)
        return members

    def _url(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}"


def _listed(project: Mapping[str, Any]) -> tuple[str, PackageAccess] | None:
    """One package of the list; None for a fork, and for one that can't be read, which costs no other."""
    if project.get("namespace") != "rpms" or project.get("parent") is not None:
        return None
    try:
        return shape.text(project.get("name"), "project.name"), access_from_json(project)
    except PermanentError:
        return None


def _path(name: str) -> str:
    """Make one step of a path of a name that others chose."""
    if name in ("", ".", ".."):
        raise NotThere(f"{name!r} is no name of a package, group or branch; check it")
    return quote(name, safe="")
