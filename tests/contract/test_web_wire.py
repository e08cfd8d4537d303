# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wire side of Bodhi, dist-git and HyperKitty: oddities, and how true our test server is to real ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from epelbot.domain.collection import place_of_tag
from epelbot.domain.people import Collaborator
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.http import Http
from epelbot.sources.bodhi import Bodhi
from epelbot.sources.distgit import DistGit
from epelbot.sources.hyperkitty import HyperKitty
from epelbot.testing.server import LocalServer, Request, Response, serve
from epelbot.testing.server_web import archive_route, bodhi_route, distgit_route
from epelbot.testing.world import World
from tests.contract.web_story import FIRST, FULL_ACCESS, LIST, REPLY, STABLE, TESTING, story


@dataclass(slots=True)
class Wire:
    """The three adapters, connected to one server; its faults, and the pauses that they made us wait."""

    server: LocalServer
    http: Http
    pauses: list[float]

    @property
    def bodhi(self) -> Bodhi:
        return Bodhi(self.http, f"{self.server.url}/bodhi/")

    @property
    def distgit(self) -> DistGit:
        return DistGit(self.http, f"{self.server.url}/dist-git/")

    @property
    def archive(self) -> HyperKitty:
        return HyperKitty(self.http, f"{self.server.url}/archives/")

    def answer_next(self, value: object, path: str = "") -> None:
        """Give this JSON in place of the next true answer."""
        body = json.dumps(value).encode()
        self.server.fail_next(status=200, body=body, content_type="application/json", path=path)

    def paths(self) -> list[str]:
        return [request.path for request in self.server.requests]


@pytest.fixture
def world() -> World:
    return story()


@pytest.fixture
def wire(world: World) -> Iterator[Wire]:
    pauses: list[float] = []
    with (
        serve(world, bodhi_route, distgit_route, archive_route) as server,
        Http(pause=pauses.append) as http,
    ):
        yield Wire(server, http, pauses)


SOON = datetime(2026, 12, 1, tzinfo=UTC)
QUESTIONS: dict[str, Callable[[Wire], object]] = {
    "update": lambda wire: wire.bodhi.update(STABLE.alias),
    "updates": lambda wire: wire.bodhi.updates_of("libfoo", ["epel9"]),
    "releases": lambda wire: wire.bodhi.releases(),
    "submitted": lambda wire: wire.bodhi.updates_submitted("epel9", None, SOON),
    "live": lambda wire: wire.bodhi.live_updates("epel9"),
    "called": lambda wire: wire.bodhi.updates_called([STABLE.alias]),
    "every": lambda wire: list(wire.distgit.every_access()),
    "access": lambda wire: wire.distgit.access("libfoo"),
    "branches": lambda wire: wire.distgit.branches("libfoo"),
    "dead": lambda wire: wire.distgit.dead_package("libfoo", "rawhide"),
    "retired": lambda wire: wire.distgit.retired_in("epel9"),
    "post": lambda wire: wire.archive.post(LIST, FIRST.hash),
    "thread": lambda wire: wire.archive.thread(LIST, FIRST.hash),
}


@pytest.fixture(params=QUESTIONS)
def ask(request: pytest.FixtureRequest) -> Callable[[Wire], object]:
    return QUESTIONS[request.param]


def test_a_refused_login_is_for_good_even_on_a_public_page(wire: Wire, ask: Callable[[Wire], object]) -> None:
    body = b'{"error": "Invalid or expired token.", "error_code": "EINVALIDTOK"}'
    wire.server.fail_next(status=401, body=body, content_type="application/json")
    with pytest.raises(PermanentError, match="401") as caught:
        ask(wire)
    assert not isinstance(caught.value, NotThere)


def test_a_bot_check_in_place_of_data_is_an_outage(wire: Wire, ask: Callable[[Wire], object]) -> None:
    wire.server.fail_next(status=200, body=b"<!doctype html><p>Are you human?", content_type="text/html")
    with pytest.raises(TransientError, match="web page"):
        ask(wire)


def test_an_error_of_the_server_is_asked_over(wire: Wire, ask: Callable[[Wire], object]) -> None:
    wire.server.fail_next(status=500, body=b"<h1>Oops</h1>", times=2)
    ask(wire)
    assert len(wire.pauses) == 2


def test_retry_after_is_obeyed(wire: Wire, ask: Callable[[Wire], object]) -> None:
    wire.server.fail_next(status=503, headers={"Retry-After": "7"})
    ask(wire)
    assert wire.pauses == [7]
    wire.server.fail_next(status=503, headers={"Retry-After": "3600"})
    with pytest.raises(TransientError) as caught:
        ask(wire)
    assert caught.value.retry_after == 3600


def test_an_answer_cut_off_is_asked_over(wire: Wire, ask: Callable[[Wire], object]) -> None:
    expected = ask(wire)
    wire.server.fail_next(cut_at=5)
    assert ask(wire) == expected


def test_what_is_no_json_is_no_answer(wire: Wire) -> None:
    for name in QUESTIONS.keys() - {"dead"}:
        for body in (b"", b"OK", b'{"update": ', b"[" * 100_000):
            wire.server.fail_next(status=200, body=body, content_type="application/json")
            with pytest.raises(PermanentError):
                QUESTIONS[name](wire)


def test_json_of_another_shape_is_no_answer(wire: Wire) -> None:
    for name in QUESTIONS.keys() - {"dead"}:
        values: list[object] = [
            None,
            [],
            "text",
            7,
            {},
            {"update": []},
            {"updates": {}},
            {"branches": "epel9"},
        ]
        for value in values:
            wire.answer_next(value)
            with pytest.raises(PermanentError):
                QUESTIONS[name](wire)


# Keys, types, sizes.


def _true_answer(wire: Wire, path: str) -> Any:
    return wire.http.get_json(f"{wire.server.url}{path}")


def _set(value: Any, place: str, new: object) -> None:
    """Change the value at "update.builds.0.nvr"; ``del`` takes the key away."""
    *way, last = place.split(".")
    for step in way:
        value = value[int(step)] if isinstance(value, list) else value[step]
    if new is _DELETED:
        del value[last]
    else:
        value[int(last) if isinstance(value, list) else last] = new


_DELETED = object()
NEEDED = [
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.alias"),
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.status"),
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.release"),
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.release.name"),
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.builds"),
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.builds.0.nvr"),
    ("update", f"/bodhi/updates/{STABLE.alias}", "update.user.name"),
    ("releases", "/bodhi/releases/", "releases.0.name"),
    ("releases", "/bodhi/releases/", "releases.0.branch"),
    ("releases", "/bodhi/releases/", "releases.0.state"),
    ("releases", "/bodhi/releases/", "pages"),
    ("access", "/dist-git/api/0/rpms/libfoo", "access_users"),
    ("access", "/dist-git/api/0/rpms/libfoo", "access_users.owner"),
    ("access", "/dist-git/api/0/rpms/libfoo", "access_groups"),
    ("access", "/dist-git/api/0/rpms/libfoo/contributors", "users.collaborators"),
    ("access", "/dist-git/api/0/rpms/libfoo/contributors", "groups.collaborators.0.user"),
    ("access", "/dist-git/_dg/bzoverrides/rpms/libfoo", "epel_assignee"),
    ("access", "/dist-git/api/0/group/epel-sig", "members"),
    ("branches", "/dist-git/api/0/rpms/libfoo/git/branches", "branches"),
    ("post", f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{FIRST.hash}/", "message_id"),
    ("post", f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{FIRST.hash}/", "date"),
    ("post", f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{FIRST.hash}/", "content"),
    ("post", f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{FIRST.hash}/", "sender.address"),
    ("thread", f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{FIRST.hash}/", "thread"),
]


@pytest.mark.parametrize(
    ("question", "path", "place"), NEEDED, ids=lambda value: str(value).rpartition("/")[2]
)
def test_a_needed_key_that_is_missing_or_mistyped_is_named(
    wire: Wire, question: str, path: str, place: str
) -> None:
    key = place.rpartition(".")[2]
    for wrong in (_DELETED, 7.5, {"surprise": True}):
        answer = _true_answer(wire, path)
        _set(answer, place, wrong)
        wire.answer_next(answer, path)
        with pytest.raises(PermanentError, match=key):
            QUESTIONS[question](wire)


@pytest.mark.parametrize("place", ["alias", "status", "request", "user.name", "builds.0.nvr", "date_stable"])
@pytest.mark.parametrize("hostile", ["x" * 2_000_000, "a\x00b", "two\nlines", 2**80, [], True])
def test_hostile_values_are_refused_in_a_short_sentence(wire: Wire, place: str, hostile: object) -> None:
    answer = _true_answer(wire, f"/bodhi/updates/{TESTING.alias}")
    _set(answer, f"update.{place}", hostile)
    wire.answer_next(answer)
    with pytest.raises(PermanentError) as caught:
        wire.bodhi.update(TESTING.alias)
    assert len(str(caught.value)) < 300


def test_keys_that_we_never_heard_of_do_no_harm(wire: Wire) -> None:
    path = f"/bodhi/updates/{STABLE.alias}"
    answer = _true_answer(wire, path)
    for place in ("news", "update.news", "update.release.news", "update.user.news"):
        _set(answer, place, {"a": [1]})
    wire.answer_next(answer, path)
    assert wire.bodhi.update(STABLE.alias) == STABLE


@pytest.mark.parametrize("key", ["compose", "request", "user", "date_testing", "content_type", "notes"])
def test_what_bodhi_may_leave_out_may_be_left_out(wire: Wire, key: str) -> None:
    path = f"/bodhi/updates/{STABLE.alias}"
    answer = _true_answer(wire, path)
    del answer["update"][key]
    wire.answer_next(answer, path)
    assert wire.bodhi.update(STABLE.alias).stable_at == STABLE.stable_at


def test_pages_of_bodhi_may_shift_while_they_are_turned(wire: Wire) -> None:
    rows = _true_answer(wire, "/bodhi/updates/?packages=libfoo&releases=EPEL-9")["updates"]
    for page in (1, 2, 3):
        wire.answer_next({"updates": rows, "page": page, "pages": 3, "total": 5}, "/bodhi/updates/")
    assert wire.bodhi.updates_of("libfoo", ["epel9"]) == (STABLE, TESTING)


def test_bodhi_cannot_make_us_turn_pages_for_ever(wire: Wire) -> None:
    rows = _true_answer(wire, "/bodhi/updates/?packages=libfoo&releases=EPEL-9")["updates"]
    wire.answer_next({"updates": rows, "pages": 10**9}, "/bodhi/updates/")
    with pytest.raises(PermanentError, match="pages"):
        wire.bodhi.updates_of("libfoo", ["epel9"])


def test_an_empty_page_is_the_last(wire: Wire) -> None:
    wire.answer_next({"updates": [], "pages": 9}, "/bodhi/updates/")
    assert wire.bodhi.updates_of("libfoo", ["epel9"]) == ()


@pytest.mark.parametrize(
    "other",
    [{"name": "EPEL-9N", "stable_tag": "epel9-next"}, {"name": "F44"}, {"name": "EPEL-9C"}, {"name": "EL-6"}],
)
def test_releases_that_we_do_not_follow_are_passed_over(wire: Wire, other: Mapping[str, str]) -> None:
    releases = _true_answer(wire, "/bodhi/releases/")
    releases["releases"][0] |= other
    wire.answer_next(releases, "/bodhi/releases/")
    assert len(wire.bodhi.releases()) == 3
    update = _true_answer(wire, f"/bodhi/updates/{STABLE.alias}")
    update["update"]["release"] |= other
    wire.answer_next(update, "/bodhi/updates/")
    with pytest.raises(NotThere):
        wire.bodhi.update(STABLE.alias)


@pytest.mark.parametrize("kind", ["flatpak", "container", "module"])
def test_an_update_of_no_rpms_is_passed_over(wire: Wire, kind: str) -> None:
    update = _true_answer(wire, f"/bodhi/updates/{STABLE.alias}")
    update["update"]["content_type"] = update["update"]["builds"][0]["type"] = kind
    wire.answer_next(update)
    with pytest.raises(NotThere):
        wire.bodhi.update(STABLE.alias)


def test_the_names_of_releases_are_asked_for_once(wire: Wire) -> None:
    bodhi = wire.bodhi
    for _ in range(3):
        bodhi.updates_of("libfoo", ["epel9", "epel10.2"])
    assert wire.paths().count("/bodhi/releases/") == 1


def test_a_group_is_asked_for_once_an_hour(wire: Wire) -> None:
    now = [0.0]
    distgit = DistGit(wire.http, f"{wire.server.url}/dist-git", monotonic=lambda: now[0])
    for at, asked in ((0, 1), (3599, 1), (3600, 2), (7000, 2)):
        now[0] = at
        assert distgit.access("libfoo") == FULL_ACCESS
        assert wire.paths().count("/dist-git/api/0/group/python-sig") == asked


def test_the_list_of_retired_packages_is_asked_for_once_an_hour(wire: Wire, world: World) -> None:
    now = [0.0]
    distgit = DistGit(wire.http, f"{wire.server.url}/dist-git", monotonic=lambda: now[0])
    assert "libnew" not in distgit.retired_in("epel9")
    world.dead_packages["libnew", "epel9"] = "gone\n"
    now[0] = 3599
    assert "libnew" not in distgit.retired_in("epel9")
    now[0] = 3600
    assert "libnew" in distgit.retired_in("epel9")
    assert wire.paths().count("/dist-git/lookaside/retired_in_epel9.json") == 2


def test_a_commit_of_an_impossible_time_is_one_all_the_same(wire: Wire) -> None:
    wire.server.fail_next(
        status=200,
        path="/dist-git/api/0/rpms/libfoo/c/",
        body=b'{"author": "", "commit_time": 999999999999999999}',
        content_type="application/json",
    )
    tip = wire.distgit.tip("libfoo", "epel9")
    assert tip is not None
    assert (tip.author, tip.committed_at.year) == (None, 9999)


def test_a_group_that_was_deleted_is_nobody(wire: Wire, world: World) -> None:
    world.access["libfoo"] = replace(FULL_ACCESS, members=FULL_ACCESS.members[:2])
    assert dict(wire.distgit.access("libfoo").members)["python-sig"] == ()


def test_collaborators_whose_branches_nobody_tells_match_none(wire: Wire) -> None:
    wire.server.fail_next(status=404, path="/dist-git/api/0/rpms/libfoo/contributors")
    access = wire.distgit.access("libfoo")
    assert access.collaborators == (Collaborator("erin", ()), Collaborator("fred", ()))


def test_a_distgit_without_overrides_is_a_wrong_address_not_a_missing_package(wire: Wire) -> None:
    wire.server.fail_next(status=404, path="/dist-git/_dg/")
    with pytest.raises(PermanentError, match="address") as caught:
        wire.distgit.access("libfoo")
    assert not isinstance(caught.value, NotThere)


def test_a_huge_dead_package_is_not_read_to_its_end(wire: Wire, world: World) -> None:
    world.dead_packages["libfoo", "epel9"] = "x" * 2_000_000
    with pytest.raises(PermanentError, match="1048576"):
        wire.distgit.dead_package("libfoo", "epel9")


def test_the_daily_list_may_lie_elsewhere(wire: Wire) -> None:
    elsewhere = DistGit(wire.http, "http://127.0.0.1:1", f"{wire.server.url}/dist-git/lookaside/")
    assert elsewhere.retired_in("epel9") == ("libfoo", "libold", "libsigc++20")


def test_links_of_the_archive_lead_nowhere_else(wire: Wire) -> None:
    post = f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{REPLY.hash}/"
    answer = _true_answer(wire, post)
    for key in ("parent", "thread"):
        answer[key] = answer[key].replace(wire.server.url, "http://127.0.0.1:1/evil")
    wire.answer_next(answer, post)
    wire.answer_next(answer, post)
    assert wire.archive.post(LIST, REPLY.hash).in_reply_to == FIRST.message_id
    assert len(wire.archive.thread(LIST, REPLY.hash)) == 2


def test_a_link_of_the_archive_that_ends_in_no_key_is_refused(wire: Wire) -> None:
    post = f"/archives/api/list/{LIST}@lists.fedoraproject.org/email/{REPLY.hash}/"
    answer = _true_answer(wire, post)
    answer["thread"] = answer["parent"] = f"{wire.server.url}/archives/../secret/"
    wire.answer_next(answer, post)
    with pytest.raises(PermanentError, match="parent"):
        wire.archive.post(LIST, REPLY.hash)


def test_shorter_pages_of_the_archive_are_turned_all_the_same(wire: Wire) -> None:
    thread = f"/archives/api/list/{LIST}@lists.fedoraproject.org/thread/{FIRST.hash}/emails/"
    whole = _true_answer(wire, thread)
    wire.answer_next({**whole, "results": whole["results"][:1]}, thread)
    wire.answer_next({**whole, "results": whole["results"][1:]}, thread)
    assert [post.message_id for post in wire.archive.thread(LIST, FIRST.hash)] == [
        FIRST.message_id,
        REPLY.message_id,
    ]
    assert [request.asked("offset") for request in wire.server.requests if "emails" in request.path][-2:] == [
        "0",
        "1",
    ]


# The test server against what real servers said.

Shape = dict[str, set[str]]


def _shape(*values: Any) -> Shape:
    """The type names at each place of JSON values; elements of a list share a place."""
    shape: Shape = {}

    def walk(value: Any, place: str) -> None:
        shape.setdefault(place, set()).add(type(value).__name__)
        if isinstance(value, dict):
            for key, one in value.items():
                walk(one, f"{place}.{key}")
        elif isinstance(value, list):
            for one in value:
                walk(one, f"{place}[]")

    for value in values:
        walk(value, "")
    return shape


def _assert_true_to(ours: Shape, real: Shape, *, also: Shape | None = None) -> None:
    """Ours has all keys of the real one, none of its own, and no type that the real one never had."""
    allowed = {place: types | (also or {}).get(place, set()) for place, types in real.items()}
    strange = {place: types - allowed.get(place, set()) for place, types in ours.items()}
    assert {place: types for place, types in strange.items() if types} == {}
    top = {place for place in real if place.count(".") == 1 and "[" not in place}
    assert top <= ours.keys()


def _recorded(shared_data: Path, name: str) -> dict[str, Any]:
    [file] = (shared_data / "pagure").glob(f"*-{name}.json")
    recorded: dict[str, Any] = json.loads(file.read_text())
    return recorded


def test_our_updates_have_the_shape_of_bodhis(wire: Wire, shared_data: Path) -> None:
    folder = shared_data / "bodhi-koji" / "bodhi"
    real = [one for file in ("F38.json", "F40.json") for one in json.loads((folder / file).read_text())]
    ours = [_true_answer(wire, f"/bodhi/updates/{one.alias}")["update"] for one in (STABLE, TESTING)]
    # None of the recorded updates waited for a push.
    _assert_true_to(_shape(*ours), _shape(*real), also={".request": {"str"}})


def test_our_releases_have_the_shape_of_bodhis(wire: Wire, shared_data: Path) -> None:
    real = json.loads((shared_data / "bodhi-koji" / "bodhi" / "releases.json").read_text())
    ours = _true_answer(wire, "/bodhi/releases/?rows_per_page=6")
    also = {".releases[].testing_repository": {"str"}}
    _assert_true_to(_shape(ours), _shape(real), also=also)
    assert real["releases"][0].keys() <= ours["releases"][0].keys()


@pytest.mark.parametrize(
    ("name", "path", "also"),
    [
        ("project-rpms-libfoo", "/api/0/rpms/libfoo", {".access_groups.commit[]": {"str"}}),
        ("branches", "/api/0/rpms/libfoo/git/branches", {}),
        ("branches-empty-repo", "/api/0/rpms/libbar/git/branches", {}),
        ("group", "/api/0/group/epel-sig", {}),
        ("tree-api-file", "/api/0/rpms/libfoo/tree/epel9/f/dead.package", {}),
        ("project-missing", "/api/0/rpms/nosuch", {}),
        ("branches-missing-project", "/api/0/rpms/nosuch/git/branches", {}),
        ("group-missing", "/api/0/group/nosuch", {}),
        ("tree-api-file-absent", "/api/0/rpms/libfoo/tree/rawhide/f/dead.package", {}),
    ],
)
def test_our_distgit_has_the_shape_of_pagure(
    world: World, shared_data: Path, name: str, path: str, also: Shape
) -> None:
    real = _recorded(shared_data, name)["response"]
    ours = distgit_route(world, Request("GET", f"/dist-git{path}", {}, {"host": "127.0.0.1"}, b""))
    assert ours is not None
    assert (ours.status, ours.content_type) == (real["status"], real["headers"]["Content-Type"])
    if real["status"] != 200:
        assert json.loads(ours.body) == real["json"]
        return
    real_shape = _shape(real["json"])
    if ".access_groups.commit" in real_shape:
        real_shape[".access_groups.commit[]"] = set()
    _assert_true_to(_shape(json.loads(ours.body)), real_shape, also=also)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("raw-dead-package", "/rpms/libfoo/raw/epel9/f/dead.package"),
        ("raw-dead-package-absent", "/rpms/libfoo/raw/rawhide/f/dead.package"),
        ("raw-no-branch", "/rpms/libfoo/raw/epel8/f/dead.package"),
        ("raw-no-project", "/rpms/nosuch/raw/epel9/f/dead.package"),
        ("raw-empty-file", "/rpms/libsigc++20/raw/epel9/f/dead.package"),
    ],
)
def test_our_raw_files_are_as_odd_as_pagures(world: World, shared_data: Path, name: str, path: str) -> None:
    real = _recorded(shared_data, name)["response"]
    ours = distgit_route(world, Request("GET", f"/dist-git{path}", {}, {}, b""))
    assert ours is not None
    assert (ours.status, ours.content_type) == (real["status"], real["headers"]["Content-Type"])


# The recordings through the adapters.


@pytest.fixture
def real_pagure(shared_data: Path) -> Iterator[tuple[DistGit, LocalServer]]:
    """What the recorded Pagure said, said again; it had no dist-git plugin, so its overrides are ours."""
    recordings = [json.loads(file.read_text()) for file in sorted((shared_data / "pagure").glob("*.json"))]
    answers = {
        one["request"]["path"]: one["response"]
        for one in recordings
        if one["request"]["method"] == "GET" and not one["request"]["query"]
    }

    def route(_: World, request: Request) -> Response | None:
        if request.path.startswith("/_dg/bzoverrides/"):
            return Response(200, b'{"epel_assignee": "", "fedora_assignee": null}', "application/json")
        real = answers.get(request.path)
        if real is None:
            return None
        body = json.dumps(real["json"]) if "json" in real else real["text"]
        return Response(real["status"], body.encode(), real["headers"]["Content-Type"])

    with serve(World(), route) as server, Http(pause=lambda _: None) as http:
        yield DistGit(http, server.url), server


def test_the_recorded_pagure_is_understood(real_pagure: tuple[DistGit, LocalServer]) -> None:
    distgit, _ = real_pagure
    access = distgit.access("libfoo")
    assert (access.main_admin, access.admins, access.committers) == ("alice", ("frank",), ("bob",))
    assert access.collaborators == (Collaborator("dave", ()),)
    assert access.members == (("epel-packagers-sig", ("bob",)),)
    assert access.epel_assignee is None
    assert distgit.access("orphanpkg").main_admin == "orphan"
    assert distgit.branches("libfoo") == ("epel9", "rawhide")
    assert distgit.branches("orphanpkg") == ()
    assert distgit.dead_package("libfoo", "epel9") == "EPEL 9: moved to RHEL 9.4\n"
    assert distgit.dead_package("libfoo", "rawhide") is None
    assert distgit.dead_package("libfoo", "epel8") is None
    for missing in (distgit.access, distgit.branches):
        with pytest.raises(NotThere):
            missing("nosuch")


def test_the_recorded_update_of_epel_is_understood(wire: Wire, shared_data: Path) -> None:
    file = next((shared_data / "bodhi-koji" / "bodhi").glob("FEDORA-EPEL-*.json"))
    real = json.loads(file.read_text())
    wire.answer_next({"update": real, "can_edit": False})
    seen = wire.bodhi.update(file.stem)
    assert seen.alias == file.stem
    assert (seen.release, seen.branch, seen.status, seen.request) == ("epel10.0", "epel10.0", "stable", None)
    assert list(seen.builds) == [build["nvr"] for build in real["builds"]]
    assert seen.submitter == real["user"]["name"]
    assert seen.stable_at is not None
    assert seen.stable_at.strftime("%Y-%m-%d %H:%M:%S %Z") == f"{real['date_stable']} UTC"


def test_the_recorded_updates_of_fedora_are_passed_over(wire: Wire, shared_data: Path) -> None:
    for file in (shared_data / "bodhi-koji" / "bodhi").glob("F[0-9]*.json"):
        for real in json.loads(file.read_text()):
            wire.answer_next({"update": real})
            with pytest.raises(NotThere):
                wire.bodhi.update(real["alias"])


def test_the_recorded_releases_of_fedora_are_passed_over(wire: Wire, shared_data: Path) -> None:
    real = json.loads((shared_data / "bodhi-koji" / "bodhi" / "releases.json").read_text())
    assert all(place_of_tag(release["stable_tag"]) is None for release in real["releases"])
    wire.answer_next(real)
    assert wire.bodhi.releases() == ()


def test_fewer_updates_than_bodhi_counts_are_no_answer(wire: Wire) -> None:
    wire.bodhi.releases()
    known = wire.bodhi.updates_submitted("epel9", None, SOON)
    half = {"updates": [], "page": 1, "pages": 1, "rows_per_page": 50, "total": len(known)}
    wire.answer_next(half, path="/bodhi/updates/")
    with pytest.raises(TransientError, match="0 updates of 2"):
        wire.bodhi.updates_submitted("epel9", None, SOON)


def test_a_package_of_the_list_that_cannot_be_read_costs_no_other(wire: Wire) -> None:
    rows = [
        {"name": "odd", "namespace": "rpms"},
        {"name": "fork", "namespace": "rpms", "parent": {"name": "x"}},
    ]
    page = {"projects": rows, "pagination": {"page": 1, "pages": 2}}
    wire.answer_next(page, path="/dist-git/api/0/projects")
    assert list(wire.distgit.every_access()) == []
    assert wire.server.requests[-1].query["page"] == ["2"]


def test_more_updates_than_we_take_at_once_are_asked_for_in_portions(
    wire: Wire, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epelbot.sources.bodhi._MOST_PAGES", 1)
    monkeypatch.setattr("epelbot.sources.bodhi.ROWS", 7)
    start = datetime(2025, 1, 1, tzinfo=UTC)
    many = [
        replace(STABLE, alias=f"FEDORA-EPEL-2025-{number:010x}", submitted_at=start + timedelta(days=number))
        for number in range(40)
    ]
    world.updates.update((one.alias, one) for one in many)
    assert wire.bodhi.updates_submitted("epel9", None, start + timedelta(days=40)) == tuple(many)
    same = [replace(one, submitted_at=start) for one in many]
    world.updates.update((one.alias, one) for one in same)
    with pytest.raises(PermanentError, match="pages of updates"):
        wire.bodhi.updates_submitted("epel9", None, start + timedelta(days=40))
