# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Koji's hub (``/kojihub``) and file tree (``/kojifiles/``) on the local test server.

Shapes, faults and oddities are those that FIELD 2.5a tells of a running hub; numbers in brackets point there.
"""

from __future__ import annotations

import fnmatch
import hashlib
import inspect
import traceback
import xmlrpc.client
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.parsers.expat import ExpatError

from epelbot.domain.build import Build, BuildState, PackageEntry, RpmContents, RpmFile, Tagging
from epelbot.domain.nevra import NVR
from epelbot.testing.koji import listed_packages, made_at, package_config, tags_of
from epelbot.testing.server import Request, Response
from epelbot.testing.world import World

GENERIC_ERROR, SERVER_OFFLINE, PARAMETER_ERROR = 1000, 1014, 1019
_BIGGEST_REQUEST = 4 * 1024 * 1024
_BIGGEST_INT = 2**31 - 1
RPMS_OF_A_BUILD = 200
_OWNER_ID = 7


def koji_route(world: World, request: Request) -> Response | None:
    """Answer for Koji; ``koji`` in `World.down` is a database outage, told with HTTP 200 (17)."""
    if request.path.startswith("/kojifiles/"):
        return _file(world, request.path)
    if request.path != "/kojihub":
        return None
    if request.method != "POST":
        text = b"Method Not Allowed\nThis is an XML-RPC server. Only POST requests are accepted.\n"
        return Response(405, text, "text/plain", {"Allow": "POST"})
    if len(request.body) > _BIGGEST_REQUEST:
        return Response(400, b"Invalid request: Request too long\n", "text/plain")
    try:
        params, method = xmlrpc.client.loads(request.body, use_builtin_types=True)
    except ExpatError as error:
        reason = str(error) if request.body else "Empty request"
        return Response(400, f"Invalid request: {reason}\n".encode(), "text/plain")
    try:
        answer = write((_answer(world, str(method), list(params)),))
    except xmlrpc.client.Fault as fault:
        answer = write(fault)
    return Response(200, answer, "text/xml")


def write(value: tuple[Any] | xmlrpc.client.Fault) -> bytes:
    """A reply as Koji writes it: nil for None, and i8 for what an int of XML-RPC can't hold."""
    marshaller = xmlrpc.client.Marshaller(allow_none=True)
    marshaller.dispatch = {**marshaller.dispatch, int: _write_int}
    body = marshaller.dumps(value)
    return f"<?xml version='1.0'?>\n<methodResponse>\n{body}</methodResponse>\n".encode()


def _write_int(_: Any, value: int, put: Callable[[str], Any]) -> None:
    kind = "int" if abs(value) <= _BIGGEST_INT else "i8"
    put(f"<value><{kind}>{value}</{kind}></value>\n")


def _answer(world: World, method: str, params: list[Any]) -> Any:
    if "koji" in world.down:
        raise xmlrpc.client.Fault(SERVER_OFFLINE, "database outage")
    if method == "multiCall":
        return [_one_of_many(world, call["methodName"], call["params"]) for call in params[0]]
    return _dispatch(world, method, params)


def _dispatch(world: World, method: str, params: list[Any]) -> Any:
    answer = _METHODS.get(method)
    if answer is None:
        raise xmlrpc.client.Fault(GENERIC_ERROR, f"Invalid method: {method}")
    named: dict[str, Any] = {}
    if params and isinstance(params[-1], dict) and params[-1].get("__starstar"):
        named = {name: value for name, value in params.pop().items() if name != "__starstar"}
    try:
        inspect.signature(answer).bind(world, *params, **named)
    except TypeError as error:
        raise xmlrpc.client.Fault(PARAMETER_ERROR, str(error)) from error
    return answer(world, *params, **named)


def _one_of_many(world: World, method: str, params: list[Any]) -> Any:
    try:
        return [_dispatch(world, method, list(params))]
    except xmlrpc.client.Fault as fault:
        told = {"faultCode": fault.faultCode, "faultString": fault.faultString}
        return {**told, "traceback": traceback.format_exception(fault)}


def _find(world: World, build: str | int) -> Build | None:
    if isinstance(build, int):
        return next((one for one in world.builds.values() if one.build_id == build), None)
    # Koji reads "1:name-version-release" too, and looks no further at the epoch (8).
    epoch, colon, rest = build.partition(":")
    try:
        return world.builds.get(NVR.parse(rest if colon and epoch.isdigit() else build))
    except ValueError as error:
        raise xmlrpc.client.Fault(GENERIC_ERROR, f"invalid format: {build}") from error


def _build_or_fault(world: World, build: str | int) -> Build:
    found = _find(world, build)
    if found is None:
        raise xmlrpc.client.Fault(GENERIC_ERROR, f"No such build: {build!r}")
    return found


def _get_build(world: World, buildInfo: str | int, strict: bool = False) -> dict[str, Any] | None:  # noqa: FBT001, FBT002, N803 -- the hub's signature
    build = _build_or_fault(world, buildInfo) if strict else _find(world, buildInfo)
    if build is None:
        return None
    nvr = build.nvr
    made = build.completed_at
    return {
        "build_id": build.build_id,
        "cg_id": None,
        "cg_name": None,
        **_times("completion", made),
        "creation_event_id": build.build_id,
        **_times("creation", made or datetime.fromisoformat("2026-01-05T10:00:00.250000Z")),
        "draft": False,
        "epoch": build.epoch,
        "extra": None,
        "id": build.build_id,
        "name": nvr.name,
        "nvr": str(nvr),
        "owner_id": _OWNER_ID,
        "owner_name": build.owner,
        "package_id": _package_id(world, nvr.name),
        "package_name": nvr.name,
        "promoter_id": None,
        "promoter_name": None,
        **_times("promotion", None),
        "release": nvr.release,
        "source": f"git+https://src.example.org/rpms/{nvr.name}.git#{'0' * 40}",
        **_times("start", made),
        "state": int(build.state),
        "task_id": None,
        "version": nvr.version,
        "volume_id": 0,
        "volume_name": "DEFAULT",
    }


def _times(what: str, at: datetime | None) -> dict[str, Any]:
    """Python's own text drops the fraction when there is none, as Koji's does (1)."""
    return {f"{what}_time": str(at) if at else None, f"{what}_ts": at.timestamp() if at else None}


def _package_id(world: World, name: str) -> int | None:
    return _package_ids(world).get(name)


def _package_ids(world: World) -> dict[str, int]:
    names = {nvr.name for nvr in world.builds} | {one.nvr.name for one in world.taggings}
    names.update(package for listed in world.package_lists.values() for package in listed)
    return {name: number for number, name in enumerate(sorted(names), 1)}


def _get_package_id(world: World, name: str) -> int | None:
    return _package_id(world, name)


def _rpms(world: World, build: Build) -> tuple[tuple[int, RpmContents], ...]:
    contents = world.contents.get(build.nvr)
    rpms = contents.rpms if contents is not None else ()
    return tuple((build.build_id * RPMS_OF_A_BUILD + number, rpm) for number, rpm in enumerate(rpms, 1))


def _list_build_rpms(world: World, build: str | int) -> list[dict[str, Any]]:
    """The rows of a deleted build remain (14)."""
    found = _build_or_fault(world, build)
    rows = []
    for rpm_id, rpm in _rpms(world, found):
        nvr = _rpm_nvr(world, found.nvr, rpm)
        row = {
            "arch": rpm.arch,
            "build_id": found.build_id,
            "buildroot_id": None,
            "buildtime": 1795427423,
            "draft": False,
            "epoch": found.epoch,
            "external_repo_id": 0,
            "external_repo_name": "INTERNAL",
            "extra": None,
            "id": rpm_id,
            "metadata_only": False,
            "name": rpm.name,
            "nvr": str(nvr),
            "payloadhash": hashlib.md5(str(nvr).encode(), usedforsecurity=False).hexdigest(),
            "release": nvr.release,
            "size": 10_000,
            "version": nvr.version,
        }
        rows.append(row)
    return rows


def _rpm_nvr(world: World, build: NVR, rpm: RpmContents) -> NVR:
    """The RPM's own version and release, which its file's name tells; the build's if there is no file."""
    ending = f".{rpm.arch}.rpm"
    for path in world.rpm_files.get(build, ()):
        if path.name.endswith(ending):
            nvr = NVR.parse(path.name.removesuffix(ending))
            if nvr.name == rpm.name:
                return nvr
    return NVR(rpm.name, build.version, build.release)


def _rpm(world: World, rpm_id: int) -> RpmContents | None:
    """The RPM if its file is there; what lacks it, or is of a deleted build, gives empty answers (14)."""
    for build in world.builds.values():
        for number, rpm in _rpms(world, build):
            if number == rpm_id:
                return None if build.state is BuildState.DELETED or rpm.problem else rpm
    return None


def _list_rpm_files(world: World, rpmID: int) -> list[dict[str, Any]]:  # noqa: N803 -- the hub's signature
    rpm = _rpm(world, rpmID)
    return [_file_row(one) for one in rpm.files] if rpm is not None else []


def _get_rpm_deps(world: World, rpmID: int) -> list[dict[str, Any]]:  # noqa: N803 -- the hub's signature
    """Provides (1) and Obsoletes (2); nothing for an RPM whose file is gone, and no error."""
    rpm = _rpm(world, rpmID)
    build = next((nvr for nvr, one in world.builds.items() if one.build_id == rpmID // RPMS_OF_A_BUILD), None)
    if rpm is None or build not in world.built:
        return []
    found = [one for one in world.built[build].packages if (one.name, one.arch) == (rpm.name, rpm.arch)]
    return [
        {"name": one.name, "version": one.version, "flags": one.flags, "type": kind}
        for package in found
        for kind, capabilities in ((1, package.provides), (2, package.obsoletes))
        for one in capabilities
    ]


def _file_row(one: RpmFile) -> dict[str, Any]:
    owner = {"user": "root", "group": "root", "mtime": 1795427423, "mode": one.mode}
    content = {"digest": one.digest, "digest_algo": "sha256", "md5": one.digest}
    return {"name": one.path, **content, "size": one.size, "flags": int(one.flags), **owner}


def _get_rpm_headers(world: World, rpmID: int, headers: list[str]) -> dict[str, Any]:  # noqa: N803 -- as above
    rpm = _rpm(world, rpmID)
    if rpm is None:
        return {}
    known = {"name": rpm.name, "arch": rpm.arch}
    for name in headers:
        if name.lower() not in known:
            raise xmlrpc.client.Fault(GENERIC_ERROR, f"No such rpm header field: {name}")
    return {name: known[name.lower()] for name in headers}


def _query_history(
    world: World,
    tables: list[str],
    tag: str,
    package: str | None = None,
    *,
    after: float | None = None,
    before: float | None = None,
) -> dict[str, Any]:
    if tables == ["tag_config"]:
        return {"tag_config": _config_rows(world, tag)}
    if tables not in (["tag_listing"], ["tag_packages"]):
        raise xmlrpc.client.Fault(GENERIC_ERROR, f"No such history table here: {tables}")
    for table, name, known in (
        ("tag", tag, tag in tags_of(world)),
        ("package", package, package is None or _package_id(world, package) is not None),
    ):
        if not known:
            raise xmlrpc.client.Fault(GENERIC_ERROR, f"No such entry in table {table}: {name}")
    if tables == ["tag_packages"]:
        rows = [
            (name, one)
            for name, one in world.package_entries
            if one.tag == tag
            and package in (None, name)
            and _within((one.set_at, one.ended_at), after=after, before=before)
        ]
        return {"tag_packages": [_entry_row(world, name, one) for name, one in reversed(rows)]}
    stays = [
        one
        for one in world.taggings
        if one.tag == tag
        and package in (None, one.nvr.name)
        and _within((one.tagged_at, one.untagged_at), after=after, before=before)
    ]
    # In no order that anybody promised (15): here, the newest first.
    return {"tag_listing": [_tagging_row(world, one) for one in reversed(stays)]}


def _entry_row(world: World, package: str, entry: PackageEntry) -> dict[str, Any]:
    ended = entry.ended_at
    return {
        "active": True if ended is None else None,
        "blocked": entry.blocked,
        "create_event": int(entry.set_at.timestamp()) % 100_000,
        "create_ts": entry.set_at.timestamp(),
        "creator_id": _OWNER_ID,
        "creator_name": entry.set_by,
        "extra_arches": None,
        "package.name": package,
        "package_id": _package_id(world, package),
        "revoke_event": None if ended is None else int(ended.timestamp()) % 100_000,
        "revoke_ts": None if ended is None else ended.timestamp(),
        "revoker_id": None if ended is None else _OWNER_ID,
        "revoker_name": entry.ended_by,
        "tag.name": entry.tag,
        "tag_id": tags_of(world).index(entry.tag) + 1,
    }


def _within(moments: tuple[datetime | None, ...], *, after: float | None, before: float | None) -> bool:
    """Whether a row is in the reply: of each bound the hub asks whether either end is beyond it."""
    told = [at.timestamp() for at in moments if at is not None]
    return (after is None or any(at > after for at in told)) and (
        before is None or any(at < before for at in told)
    )


def _list_packages(world: World, tagID: str, inherited: bool = False, with_owners: bool = True) -> list[Any]:  # noqa: FBT001, FBT002, N803 -- the hub's signature
    if tagID not in tags_of(world):
        raise xmlrpc.client.Fault(GENERIC_ERROR, f"Invalid tagInfo: {tagID!r}")
    owner: dict[str, Any] = {"owner_id": _OWNER_ID, "owner_name": "releng"} if with_owners else {}
    own = world.package_lists.get(tagID, {})
    ids = _package_ids(world)
    rows = []
    for package, blocked in listed_packages(world, tagID).items() if inherited else own.items():
        found = package_config(world, package, tagID)
        listed_in = found[0] if found is not None else tagID
        about = {"package_id": ids[package], "package_name": package, "extra_arches": None}
        place = {"tag_id": tags_of(world).index(listed_in) + 1, "tag_name": listed_in}
        rows.append({**about, **place, **owner, "blocked": blocked})
    return rows


def _config_rows(world: World, tag: str) -> list[dict[str, Any]]:
    """A row for each time that the tag was edited, the first of which made it; in no order (15)."""
    if tag not in tags_of(world):
        raise xmlrpc.client.Fault(GENERIC_ERROR, f"No such entry in table tag: {tag}")
    made = made_at(world, tag)
    edited = made + timedelta(days=3)
    row = {"arches": "x86_64", "creator_id": _OWNER_ID, "creator_name": "releng", "locked": False}
    row |= {"maven_include_all": False, "maven_support": False, "perm_id": None, "perm.name": None}
    row |= {"tag.name": tag, "tag_id": tags_of(world).index(tag) + 1}
    return [
        row | {"active": True, "create_event": 9, "create_ts": edited.timestamp(), "revoke_ts": None},
        row
        | {"active": None, "create_event": 3, "create_ts": made.timestamp(), "revoke_ts": edited.timestamp()},
    ]


def _tagging_row(world: World, stay: Tagging) -> dict[str, Any]:
    build = world.builds.get(stay.nvr)
    ended = stay.untagged_at
    return {
        "active": True if ended is None else None,
        "build.state": int(build.state if build is not None else BuildState.DELETED),
        "build_id": build.build_id if build is not None else 1,
        "create_event": int(stay.tagged_at.timestamp()) % 100_000,
        "create_ts": stay.tagged_at.timestamp(),
        "creator_id": _OWNER_ID,
        "creator_name": stay.tagged_by,
        "epoch": stay.epoch,
        "name": stay.nvr.name,
        "release": stay.nvr.release,
        "revoke_event": None if ended is None else int(ended.timestamp()) % 100_000,
        "revoke_ts": None if ended is None else ended.timestamp(),
        "revoker_id": None if ended is None else _OWNER_ID,
        "revoker_name": stay.untagged_by,
        "tag.name": stay.tag,
        "tag_id": tags_of(world).index(stay.tag) + 1,
        "version": stay.nvr.version,
    }


def _get_tag(world: World, tagInfo: str, event: str | None = None) -> dict[str, Any] | None:  # noqa: N803 -- as above
    if tagInfo not in tags_of(world):
        return None
    asked_at = {"query_event": 46} if event == "auto" else {}
    return {**_tag_row(world, tagInfo), "perm": None, "perm_id": None, "extra": {}, **asked_at}


def _tag_row(world: World, tag: str) -> dict[str, Any]:
    row = {"arches": "x86_64 aarch64", "id": tags_of(world).index(tag) + 1, "locked": False}
    return {**row, "maven_include_all": False, "maven_support": False, "name": tag}


def _list_tags(world: World, perms: bool = True, pattern: str = "*") -> list[dict[str, Any]]:  # noqa: FBT001, FBT002 -- the hub's signature
    allowed: dict[str, Any] = {"perm": None, "perm_id": None} if perms else {}
    found = (tag for tag in tags_of(world) if fnmatch.fnmatchcase(tag, pattern))
    return [{**_tag_row(world, tag), **allowed} for tag in found]


def _get_package_config(world: World, tag: str, pkg: str) -> dict[str, Any] | None:
    config = package_config(world, pkg, tag)
    if config is None:
        return None
    listed_in, blocked = config
    return {
        "blocked": blocked,
        "extra_arches": None,
        "owner_id": _OWNER_ID,
        "owner_name": "releng",
        "package_id": _package_id(world, pkg),
        "package_name": pkg,
        "tag_id": tags_of(world).index(listed_in) + 1,
        "tag_name": listed_in,
    }


_METHODS: dict[str, Callable[..., Any]] = {
    "getBuild": _get_build,
    "getPackageConfig": _get_package_config,
    "getPackageID": _get_package_id,
    "getRPMDeps": _get_rpm_deps,
    "getRPMHeaders": _get_rpm_headers,
    "getTag": _get_tag,
    "listBuildRPMs": _list_build_rpms,
    "listPackages": _list_packages,
    "listRPMFiles": _list_rpm_files,
    "listTags": _list_tags,
    "queryHistory": _query_history,
}


def _file(world: World, path: str) -> Response:
    """A file of the tree, or a folder's index page as web servers make them."""
    if "koji" in world.down:
        return Response(503, b"Service Unavailable")
    tree = {
        f"packages/{nvr.name}/{nvr.version}/{nvr.release}/{file.name.split('.')[-2]}/{file.name}": file
        for nvr, files in world.rpm_files.items()
        for file in files
    }
    asked = path.removeprefix("/kojifiles/")
    if asked in tree:
        return Response(200, tree[asked].read_bytes(), "application/x-rpm")
    below = [one.removeprefix(asked).partition("/") for one in tree if one.startswith(asked)]
    if not asked.endswith("/") or not below:
        return Response(404, b"Not Found")
    return index_page(sorted({name + slash for name, slash, _ in below}))


def index_page(names: list[str]) -> Response:
    """A folder's page in Apache's manner: sorting links and the way up first, folders with a slash."""
    links = "".join(
        f'<a href="{quote(name, safe="/?=;")}">{name}</a>\n' for name in ["?C=N;O=D", "../", *names]
    )
    return Response(200, f"<html><body><pre>{links}</pre></body></html>".encode(), "text/html;charset=UTF-8")


def folder_route(prefix: str, folder: Path) -> Callable[[World, Request], Response | None]:
    """A plain folder on a disk as a web server offers it under ``prefix`` ("/mirror/")."""

    def route(_: World, request: Request) -> Response | None:
        if not request.path.startswith(prefix):
            return None
        place = folder / request.path.removeprefix(prefix)
        if place.is_dir():
            return index_page(sorted(one.name + ("/" if one.is_dir() else "") for one in place.iterdir()))
        return Response(200, place.read_bytes()) if place.is_file() else Response(404, b"Not Found")

    return route
