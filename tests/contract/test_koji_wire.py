# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Koji's wire: the oddities of FIELD 2.5a, and replies that no Koji would send."""

from __future__ import annotations

import time
import xmlrpc.client
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot.domain.nevra import NVR
from epelbot.errors import EpelbotError, NotThere, PermanentError, TransientError
from epelbot.http import Http, Patience, TooLarge
from epelbot.sources import koji_xmlrpc
from epelbot.sources.koji_hub import KojiHub
from epelbot.sources.koji_xmlrpc import Call, read_reply
from epelbot.testing.server import LocalServer, serve
from epelbot.testing.server_koji import koji_route, write
from tests.contract.koji_world import HELLO, OLD_HELLO, koji_world

BOMB = (
    "<?xml version='1.0'?><!DOCTYPE methodResponse [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]><methodResponse><params><param><value>&a11;</value></param></params></methodResponse>"
)
OUTSIDE = (
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>"
    "<methodResponse><params><param><value>&f;</value></param></params></methodResponse>"
)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with serve(koji_world(), koji_route) as running:
        yield running


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(patience=Patience(connect=2, read=2, pauses=())) as client:
        yield client


@pytest.fixture
def hub(server: LocalServer, http: Http) -> KojiHub:
    return KojiHub(http, f"{server.url}/kojihub", f"{server.url}/kojifiles", reply_limit=200_000)


def fault(code: int, text: str = "trouble") -> bytes:
    return write(xmlrpc.client.Fault(code, text))


def reply_of(value: bytes) -> bytes:
    return b"<methodResponse><params><param><value>" + value + b"</value></param></params></methodResponse>"


def plan(server: LocalServer, body: bytes, **more: Any) -> None:
    server.fail_next(**{"status": 200, "body": body, "content_type": "text/xml", **more})


@pytest.mark.parametrize("code", [1, 1001, 1002, 1006, 1007, 1009, 1014])
def test_a_fault_that_tells_of_the_hubs_trouble_is_an_outage(
    server: LocalServer, hub: KojiHub, code: int
) -> None:
    plan(server, fault(code, "database outage\n  at line 3"))
    with pytest.raises(TransientError, match=f"Koji's fault {code}: database outage at line 3"):
        hub.builds([HELLO])
    plan(server, fault(code))
    with pytest.raises(TransientError):
        hub.epel_tags()


@pytest.mark.parametrize("code", [1000, 1003, 1004, 1019])
def test_a_fault_that_tells_of_the_question_is_final(server: LocalServer, hub: KojiHub, code: int) -> None:
    plan(server, fault(code))
    with pytest.raises(PermanentError, match=f"refuses listTags .*fault {code}") as told:
        hub.epel_tags()
    assert type(told.value) is PermanentError


def test_an_outage_met_at_one_of_many_calls_is_an_outage(server: LocalServer, hub: KojiHub) -> None:
    plan(server, write(([{"faultCode": 1014, "faultString": "offline", "traceback": []}],)))
    with pytest.raises(TransientError, match="offline"):
        hub.builds([HELLO])


def test_a_malformed_name_faults_alone(server: LocalServer, hub: KojiHub) -> None:
    told = {"faultCode": 1000, "faultString": "invalid format: hello", "traceback": ["Traceback\n"]}
    row = hub_row(server)
    plan(server, write(([told, [row]],)))
    assert list(hub.builds([OLD_HELLO, HELLO])) == [HELLO]


def test_a_history_that_is_refused_for_no_known_reason_is_not_an_empty_one(
    server: LocalServer, hub: KojiHub
) -> None:
    told = {"faultCode": 1000, "faultString": "something new", "traceback": []}
    plan(server, write(([[1], told, [{"id": 1, "name": "epel9"}]],)))
    with pytest.raises(PermanentError, match="something new"):
        hub.tag_history("hello", ["epel9"])


def test_an_rpm_that_koji_itself_cannot_read_is_that_rpms_problem(server: LocalServer, hub: KojiHub) -> None:
    rpm = {"id": 1, "name": "hello", "version": "2.0", "release": "1.el9", "arch": "x86_64"}
    plan(server, write(([[hub_row(server)], [[rpm]]],)))
    told = {
        "faultCode": 1,
        "faultString": "<class 'rpm.error'>: error reading package header",
        "traceback": [],
    }
    plan(server, write(([told, told],)))
    (found,) = hub.contents(HELLO).rpms
    assert found.problem == "Koji can't read it: fault 1: <class 'rpm.error'>: error reading package header"


def test_an_outage_met_at_a_file_list_is_no_problem_of_the_rpm(server: LocalServer, hub: KojiHub) -> None:
    rpm = {"id": 1, "name": "hello", "version": "2.0", "release": "1.el9", "arch": "x86_64"}
    plan(server, write(([[hub_row(server)], [[rpm]]],)))
    told = {"faultCode": 1014, "faultString": "Server disabled for maintenance", "traceback": []}
    plan(server, write(([told, told],)))
    with pytest.raises(TransientError, match="maintenance"):
        hub.contents(HELLO)


def hub_row(server: LocalServer) -> dict[str, Any]:
    row: dict[str, Any] = ask(server, Call("getBuild", (str(HELLO),)))
    return row


def ask(server: LocalServer, call: Call) -> Any:
    """What the test server answers, read without the adapter."""
    body = xmlrpc.client.dumps(call.params, call.method, allow_none=True).encode()
    with Http(patience=Patience(pauses=())) as http:
        return read_reply(http.post(f"{server.url}/kojihub", body, "text/xml"))


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, PermanentError), (405, PermanentError), (404, NotThere), (503, TransientError)],
)
def test_a_status_counts_whatever_the_body_says(
    server: LocalServer, hub: KojiHub, status: int, error: type[EpelbotError]
) -> None:
    plan(server, fault(1000), status=status)
    with pytest.raises(error) as told:
        hub.builds([HELLO])
    assert type(told.value) is error


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [[None], [None]],
        {"faultCode": 1000},
        [[]],
        [[1, 2]],
        ["text"],
        [{"faultString": "no code"}],
        [["a build?"]],
        [[{"id": 11, "name": "hello"}]],
        [[{"id": "11"}]],
    ],
)
def test_replies_of_another_shape_are_refused(server: LocalServer, hub: KojiHub, value: Any) -> None:
    plan(server, write((value,)))
    with pytest.raises(PermanentError):
        hub.builds([HELLO])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("state", 9),
        ("state", None),
        ("completion_ts", 1e300),
        ("completion_ts", -1),
        ("epoch", "1"),
        ("id", "x"),
    ],
)
def test_a_build_with_an_impossible_value_is_refused(
    server: LocalServer, hub: KojiHub, key: str, value: Any
) -> None:
    plan(server, write(([[{**hub_row(server), key: value}]],)))
    with pytest.raises(PermanentError, match="shape that epelbot does not know"):
        hub.builds([HELLO])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<?xml version='1.0'?>",
        b"<methodResponse/>",
        reply_of(b"<int>x</int>"),
        reply_of(b"<int>" + b"9" * 9000 + b"</int>"),
        b"<methodResponse><params/></methodResponse>",
        reply_of(b"<struct><member><name>a</name></member></struct>"),
        b"<methodResponse><fault><value><string>x</string></value></fault></methodResponse>",
        write(([[None]],))[:-30],
        BOMB.encode(),
        BOMB.encode("utf-16"),
        OUTSIDE.encode(),
    ],
    ids=lambda body: body[:24].decode(errors="replace") + f"...{len(body)}",
)
def test_what_is_no_xmlrpc_is_named_so_at_once(server: LocalServer, hub: KojiHub, body: bytes) -> None:
    plan(server, body)
    begun = time.monotonic()
    with pytest.raises(PermanentError, match="no XML-RPC"):
        hub.builds([HELLO])
    assert time.monotonic() - begun < 2


def test_a_deep_reply_breaks_nothing(server: LocalServer, hub: KojiHub) -> None:
    depth = 1500
    opening, closing = "<value><array><data>" * depth, "</data></array></value>" * depth
    text = f"<methodResponse><params><param>{opening}{closing}</param></params></methodResponse>"
    plan(server, text.encode())
    with pytest.raises(PermanentError):
        hub.epel_tags()


def test_a_web_page_is_an_outage(server: LocalServer, hub: KojiHub) -> None:
    plan(server, b"<!DOCTYPE html><html>Making sure you're not a bot!</html>", content_type="text/html")
    with pytest.raises(TransientError, match="web page"):
        hub.builds([HELLO])


def test_a_huge_reply_is_refused(server: LocalServer, hub: KojiHub) -> None:
    plan(server, b" " * 300_000)
    with pytest.raises(TooLarge):
        hub.builds([HELLO])


def test_silence_and_a_broken_reply_are_outages(server: LocalServer, http: Http) -> None:
    with Http(patience=Patience(connect=1, read=0.2, pauses=())) as hasty:
        server.fail_next(delay=5)
        with pytest.raises(TransientError, match="no answer in time"):
            KojiHub(hasty, f"{server.url}/kojihub", "").builds([HELLO])
    server.fail_next(cut_at=100)
    with pytest.raises(TransientError):
        KojiHub(http, f"{server.url}/kojihub", "").builds([HELLO])


def test_an_rpm_is_looked_for_on_its_builds_volume(server: LocalServer, hub: KojiHub) -> None:
    rpm = {"id": 1, "name": "hello++", "version": "2.0^1", "release": "1~rc", "arch": "x86_64"}
    plan(server, write(([[{**hub_row(server), "volume_name": "slow"}], [[rpm]]],)))
    with pytest.raises(NotThere):
        hub.text(HELLO, "hello++.x86_64", "/README", 1)
    folder = "/kojifiles/vol/slow/packages/hello/2.0/1.el9/x86_64/"
    assert server.requests[-1].path == folder + "hello++-2.0^1-1~rc.x86_64.rpm"


def test_a_hub_that_comes_back_is_not_even_noticed(server: LocalServer) -> None:
    with Http(pause=lambda _: None) as patient:
        server.fail_next(status=503, times=2)
        assert set(KojiHub(patient, f"{server.url}/kojihub", "").builds([HELLO])) == {HELLO}


def test_thousands_of_builds_are_asked_for_in_a_few_questions(server: LocalServer, hub: KojiHub) -> None:
    many = [NVR("nosuch", str(number), "1") for number in range(2500)]
    assert set(hub.builds([*many, HELLO])) == {HELLO}
    assert len(server.requests) == 2
    assert max(len(request.body) for request in server.requests) < 4 * 1024 * 1024


@given(st.data())
def test_no_mangled_reply_gets_past_the_reader(data: st.DataObject) -> None:
    whole = write(
        ([[{"id": 1, "name": "hello", "epoch": None, "ts": 1.5}], {"faultCode": 1, "faultString": "x"}],)
    )
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    mangled = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    try:
        read_reply(mangled)
    except koji_xmlrpc._MALFORMED:
        return
