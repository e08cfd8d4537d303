# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of a running Koji hub beside the test server and the adapter, where they are (../shared/data).

They serve twice. The test server's own replies must have their keys and types; and the adapter must make
sense of them as they were sent, byte for byte.
"""

from __future__ import annotations

import json
import re
import xmlrpc.client
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from epelbot.domain.build import BuildState
from epelbot.domain.nevra import NVR
from epelbot.errors import EpelbotError, NotThere, PermanentError, TransientError
from epelbot.http import Http, Patience
from epelbot.sources.koji_hub import KojiHub
from epelbot.sources.koji_xmlrpc import Call, Hub, HubFault, read_reply
from epelbot.testing.server import LocalServer, Request, Response, serve
from epelbot.testing.server_koji import RPMS_OF_A_BUILD, koji_route
from epelbot.testing.world import World
from tests.contract.koji_world import HELLO, OLD_HELLO, koji_world


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with serve(koji_world(), koji_route) as running:
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(patience=Patience(pauses=())) as client:
        yield client


def ask(server: LocalServer, call: Call) -> Any:
    """What the test server answers, read without the adapter."""
    body = xmlrpc.client.dumps(call.params, call.method, allow_none=True).encode()
    with Http(patience=Patience(pauses=())) as http:
        return read_reply(http.post(f"{server.url}/kojihub", body, "text/xml"))


def calls_in(question: bytes) -> list[dict[str, Any]]:
    """The calls that a multiCall asks."""
    params: Any = xmlrpc.client.loads(question)[0]
    return list(params[0])


def fail_with(server: LocalServer, body: bytes, status: int = 200, content_type: str = "text/xml") -> None:
    server.fail_next(status=status, body=body, content_type=content_type)


@pytest.fixture
def recordings(shared_data: Path) -> Path:
    return shared_data / "koji-hub"


def recorded(recordings: Path, number: str) -> bytes:
    (file,) = recordings.glob(f"{number}-*.response.xml")
    return file.read_bytes()


def shape(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Each key and the types of its values."""
    return {key: {type(row[key]).__name__ for row in rows if key in row} for row in rows for key in row}


# The first RPM of the build that has the number 11.
HELLO_RPM = 11 * RPMS_OF_A_BUILD + 1

ROWS = [
    ("getBuild", [Call("getBuild", (str(nvr),)) for nvr in (HELLO, OLD_HELLO)], ("01", "05", "06", "07")),
    ("listBuildRPMs", [Call("listBuildRPMs", (str(HELLO),))], ("14", "15")),
    ("listRPMFiles", [Call("listRPMFiles", (HELLO_RPM,))], ("19", "20")),
    (
        "queryHistory",
        [
            Call("queryHistory", (), {"tables": ["tag_listing"], "package": package, "tag": tag})
            for package, tag in (("hello", "epel9"), ("bare", "epel10.1"))
        ],
        ("55", "56", "57"),
    ),
    (
        "queryHistory of a package list",
        [Call("queryHistory", (), {"tables": ["tag_packages"], "package": "hello", "tag": "epel9"})],
        ("59",),
    ),
    ("getTag", [Call("getTag", ("epel9",))], ("51",)),
    ("getPackageConfig", [Call("getPackageConfig", ("epel9-testing", "hello"))], ("67",)),
    ("listTags", [Call("listTags", (), {"pattern": "epel9*"})], ("50",)),
]


def as_rows(answer: Any) -> list[dict[str, Any]]:
    for table in ("tag_listing", "tag_packages"):
        if isinstance(answer, dict) and table in answer:
            answer = answer[table]
    return answer if isinstance(answer, list) else [answer]


@pytest.mark.parametrize(("method", "calls", "numbers"), ROWS, ids=[method for method, *_ in ROWS])
def test_the_test_server_has_koji_s_keys_and_types(
    server: LocalServer, recordings: Path, method: str, calls: list[Call], numbers: tuple[str, ...]
) -> None:
    ours = shape([row for call in calls for row in as_rows(ask(server, call))])
    real = shape([row for number in numbers for row in as_rows(read_reply(recorded(recordings, number)))])
    assert ours.keys() == real.keys(), method
    assert {key: sorted(kinds - real[key]) for key, kinds in ours.items() if kinds - real[key]} == {}


def test_the_test_server_fails_as_koji_does(server: LocalServer, recordings: Path) -> None:
    def ours(method: str, *arguments: Any, **named: Any) -> Any:
        return ask(server, Call(method, arguments, named))

    same = {
        "02": ours("getBuild", "nosuch-1-1"),
        "03": ours("getBuild", "nosuch-1-1", strict=True),
        "04": ours("getBuild", "nosuch"),
        "52": ours("getTag", "epel9-gone"),
        "62": ours("queryHistory", tables=["tag_listing"], tag="epel9", package="nosuch"),
        "71": ours("multiCall", []),
        "79": HubFault(1014, "database outage"),
    }
    assert same == {number: read_reply(recorded(recordings, number)) for number in same}
    for number, fault_of_ours in (
        ("72", ours("noSuchMethod")),
        ("73", ours("getBuild", "a-1-1", colour="red")),
        ("35", ours("getRPMHeaders", HELLO_RPM, headers=["nosuch"])),
    ):
        assert fault_of_ours.code == read_reply(recorded(recordings, number)).code


class Recorded:
    """A hub that answers each method with a recorded reply, in Koji's own bytes."""

    def __init__(self, recordings: Path, **numbers: str) -> None:
        self._values = {method: self._value(recorded(recordings, n)) for method, n in numbers.items()}

    @staticmethod
    def _value(reply: bytes) -> bytes:
        found = re.search(rb"<param>\s*(<value>.*</value>)\s*</param>", reply, re.DOTALL)
        if found is not None:
            return b"<value><array><data>" + found[1] + b"</data></array></value>"
        found = re.search(rb"<fault>\s*(<value>.*</value>)\s*</fault>", reply, re.DOTALL)
        assert found is not None
        return found[1]

    def __call__(self, _: World, request: Request) -> Response:
        answers = b"".join(self._values[call["methodName"]] for call in calls_in(request.body))
        value = b"<value><array><data>" + answers + b"</data></array></value>"
        body = b"<methodResponse><params><param>" + value + b"</param></params></methodResponse>"
        return Response(200, b"<?xml version='1.0'?>\n" + body, "text/xml")


@pytest.mark.parametrize(
    ("number", "name", "state", "epoch"),
    [
        ("01", "epelhello-2.0-1.el9", BuildState.COMPLETE, 1),
        ("05", "nss-util-3.12.6-1.fc14", BuildState.DELETED, None),
        ("06", "nss-util-3.30.0-3.fc26", BuildState.BUILDING, None),
        ("07", "dbus-glib-0.108-1.fc27,draft_10", BuildState.COMPLETE, None),
    ],
)
def test_recorded_builds_are_understood(  # noqa: PLR0917 -- a row of a table
    recordings: Path, http: Http, number: str, name: str, state: BuildState, epoch: int | None
) -> None:
    nvr = NVR.parse(name)
    with serve(World(), Recorded(recordings, getBuild=number)) as server:
        build = KojiHub(http, server.url, "").builds([nvr])[nvr]
    assert (build.nvr, build.state, build.epoch) == (nvr, state, epoch)
    assert (build.completed_at is None) == (state is BuildState.BUILDING)
    if number == "01":
        assert build.completed_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize("number", ["02", "04"])
def test_recorded_absences_are_understood(recordings: Path, http: Http, number: str) -> None:
    with serve(World(), Recorded(recordings, getBuild=number, listBuildRPMs="03")) as server:
        hub = KojiHub(http, server.url, "")
        assert hub.builds([HELLO]) == {}
        with pytest.raises(NotThere):
            hub.contents(HELLO)


def history_from(recordings: Path, number: str) -> Recorded:
    route = Recorded(recordings, getPackageID="03", queryHistory=number, getTag="51")
    # There is no recording of getPackageID: any number does.
    route._values["getPackageID"] = b"<value><array><data><value><int>1</int></value></data></array></value>"
    return route


def test_a_recorded_package_list_is_understood(recordings: Path, http: Http) -> None:
    with serve(World(), history_from(recordings, "59")) as server:
        entries = KojiHub(http, server.url, "").package_entries("neverbuilt", ["epel9"])
    # Added, blocked, unblocked, blocked.
    assert [entry.blocked for entry in entries] == [False, True, False, True]
    assert {entry.set_by for entry in entries} == {"kojiadmin"}
    assert [entry.ended_at for entry in entries] == [*(entry.set_at for entry in entries[1:]), None]


def test_a_recorded_history_is_understood(recordings: Path, http: Http) -> None:
    route = history_from(recordings, "55")
    with serve(World(), route) as server:
        stays = KojiHub(http, server.url, "").tag_history("epelhello", ["epel9"])
    assert [(stay.nvr.version, stay.untagged_at is None) for stay in stays] == [
        ("1.0", True),
        ("2.0", False),
        ("2.0", True),
    ]
    assert [stay.tagged_at for stay in stays] == sorted(stay.tagged_at for stay in stays)
    assert stays[0].tagged_at == datetime(2026, 11, 23, 9, 51, 38, 153584, tzinfo=UTC)


def test_recorded_contents_are_understood(recordings: Path, http: Http) -> None:
    nvr = NVR.parse("epelhello-2.0-1.el9")
    numbers = {"getBuild": "01", "listBuildRPMs": "14", "listRPMFiles": "19", "getRPMHeaders": "32"}
    with serve(World(), Recorded(recordings, **numbers)) as server:
        rpms = KojiHub(http, server.url, "").contents(nvr).rpms
    assert {rpm.arch for rpm in rpms} >= {"src", "x86_64"}
    files = {file.name: file for file in rpms[0].files}
    assert (files["README"].is_doc, files["README"].is_regular, files["README"].size) == (True, True, 7)
    assert files["LICENSE"].is_license
    assert not files["LICENSE"].is_doc
    assert (files["big.img"].is_ghost, files["big.img"].size) == (True, 5 * 1024**3)
    assert files["name with spaces & <\u00e9>.txt"].size == 2
    assert files["epelhello.conf"].digest.startswith("fe3209d6")


def test_recorded_emptiness_is_never_taken_for_an_empty_rpm(recordings: Path, http: Http) -> None:
    gone = {"listRPMFiles": "22", "getRPMHeaders": "34"}
    with serve(World(), Recorded(recordings, getBuild="01", listBuildRPMs="14", **gone)) as server:
        rpms = KojiHub(http, server.url, "").contents(NVR.parse("epelhello-2.0-1.el9")).rpms
    assert rpms
    assert all(rpm.problem for rpm in rpms)
    with serve(World(), Recorded(recordings, getBuild="05", listBuildRPMs="15", **gone)) as server:
        hub = KojiHub(http, server.url, "")
        with pytest.raises(NotThere, match="deleted"):
            hub.contents(NVR.parse("nss-util-3.12.6-1.fc14"))


def test_a_recorded_block_and_recorded_tags_are_understood(recordings: Path, http: Http) -> None:
    with serve(World()) as silent:

        def answers(number: str) -> KojiHub:
            fail_with(silent, recorded(recordings, number))
            return KojiHub(http, silent.url, "")

        assert answers("67").is_blocked("nss-util", "epel9-testing") is True
        assert answers("02").is_blocked("nss-util", "epel9-testing") is None
        assert answers("50").epel_tags() == ("epel9",)


def test_a_recorded_multicall_keeps_faults_to_their_calls(recordings: Path, http: Http) -> None:
    (question,) = recordings.glob("69-*.request.xml")
    calls = [Call(call["methodName"]) for call in calls_in(question.read_bytes())]
    with serve(World()) as server:
        fail_with(server, recorded(recordings, "69"))
        answers = Hub(http, server.url, 10**6).multicall(calls)
    assert len(answers) == len(calls)
    assert answers[0]["nvr"] == "epelhello-2.0-1.el9"
    assert answers[1] is None
    assert [answer.code for answer in answers if isinstance(answer, HubFault)][:1] == [1000]


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("70", TransientError),
        ("72", PermanentError),
        ("73", PermanentError),
        ("74", PermanentError),
        ("75", TransientError),
        ("77", TransientError),
        ("78", TransientError),
        ("79", TransientError),
        ("80", PermanentError),
        ("81", PermanentError),
        ("82", PermanentError),
    ],
)
def test_recorded_failures_are_told_apart(
    recordings: Path, http: Http, number: str, error: type[EpelbotError]
) -> None:
    (meta,) = recordings.glob(f"{number}-*.json")
    sent = json.loads(meta.read_text())["http"]
    with serve(World()) as server:
        kind = sent["response_headers"]["Content-Type"]
        fail_with(server, recorded(recordings, number), sent["status"], kind)
        with pytest.raises(error) as told:
            KojiHub(http, server.url, "").builds([HELLO])
    assert type(told.value) is error


def test_replies_of_fedora_s_own_hub_are_understood(shared_data: Path, http: Http) -> None:
    folder = shared_data / "bodhi-koji" / "koji"
    route = Recorded(shared_data / "koji-hub", getBuild="01")
    for method, file in (("getBuild", "getBuild.xml"), ("listBuildRPMs", "listRPMs-rpm.xml")):
        route._values[method] = Recorded._value((folder / file).read_bytes())
    row = read_reply((folder / "getBuild.xml").read_bytes())
    nvr = NVR(row["name"], row["version"], row["release"])
    with serve(World(), route) as server:
        hub = KojiHub(http, server.url, "")
        assert hub.builds([nvr])[nvr].build_id == row["id"]
        with pytest.raises(NotThere, match="has no RPM"):
            hub.text(nvr, "nosuch.noarch", "/x", 1)
        fail_with(server, (folder / "fault.xml").read_bytes())
        with pytest.raises(TransientError, match="fault 1"):
            hub.builds([nvr])
