# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How `Http` meets the web: each way in which servers fail, over a real connection."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epelbot import __version__
from epelbot.errors import NotThere, PermanentError, TransientError
from epelbot.http import Http, Patience, TooLarge, host_of, retry_after_of
from epelbot.testing.server import LocalServer, Request, Response, serve
from epelbot.testing.world import World

LONG = bytes(range(256)) * 4096


def site(_: World, request: Request) -> Response | None:
    answers = {
        "/data.json": Response(200, b'{"answer": 42}', "application/json"),
        "/words.txt": Response(200, "Gr\u00fc\u00dfe\n".encode(), "text/plain; charset=utf-8"),
        "/latin": Response(200, b"Gr\xfc\xdfe", "text/plain; charset=iso-8859-1"),
        "/odd-charset": Response(200, b"words", "text/plain; charset=klingon"),
        "/long": Response(200, LONG, "application/octet-stream"),
        "/gone": Response(410, b"Gone"),
        "/login": Response(403, b"Forbidden"),
        "/moved": Response(302, b"", headers={"Location": "/data.json"}),
        "/to-a-file": Response(302, b"", headers={"Location": "file:///etc/hostname"}),
        "/to-nowhere": Response(302, b"", headers={"Location": "http://["}),
        "/in-circles": Response(302, b"", headers={"Location": "/in-circles"}),
    }
    if request.path == "/echo":
        return Response(200, request.body)
    return answers.get(request.path)


@dataclass
class Pauses:
    """Stands in for sleeping, so that tests don't."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with serve(World(), site) as running:
        yield running


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def http(pauses: Pauses) -> Iterator[Http]:
    with Http(pause=pauses, patience=Patience(pauses=(0.1, 0.2), longest_pause=10)) as client:
        yield client


@pytest.fixture
def hasty() -> Iterator[Http]:
    with Http(patience=Patience(connect=2, read=0.2, whole=0.5, pauses=())) as client:
        yield client


def test_json_and_texts_come_as_they_are(server: LocalServer, http: Http) -> None:
    assert http.get_json(f"{server.url}/data.json") == {"answer": 42}
    assert http.get_text(f"{server.url}/words.txt") == "Gr\u00fc\u00dfe\n"
    assert http.get_text(f"{server.url}/latin") == "Gr\u00fc\u00dfe"
    assert http.get_text(f"{server.url}/odd-charset") == "words"
    assert http.post(f"{server.url}/echo", b"<question/>", "text/xml") == b"<question/>"


def test_it_says_who_it_is(server: LocalServer) -> None:
    with Http(about="https://bot.example.org") as named, Http() as nameless:
        named.get_json(f"{server.url}/data.json", {"page": "2"})
        nameless.get_json(f"{server.url}/data.json")
    agents = [request.headers["user-agent"] for request in server.requests]
    assert agents == [f"epelbot/{__version__} (+https://bot.example.org)", f"epelbot/{__version__}"]
    assert server.requests[0].asked("page") == "2"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_overloaded_server_is_asked_again(
    server: LocalServer, http: Http, pauses: Pauses, status: int
) -> None:
    server.fail_next(status=status, times=2)
    assert http.get_json(f"{server.url}/data.json") == {"answer": 42}
    assert pauses.taken == [0.1, 0.2]


def test_the_third_failure_is_told_with_the_time_that_the_server_asked_for(
    server: LocalServer, http: Http, pauses: Pauses
) -> None:
    server.fail_next(status=503, headers={"Retry-After": "3"}, times=3)
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:\d+ can't answer now \(HTTP 503\)") as told:
        http.get_json(f"{server.url}/data.json")
    assert told.value.retry_after == 3
    assert pauses.taken == [3, 3]


def test_a_long_wait_is_handed_up_and_not_sat_out(server: LocalServer, http: Http, pauses: Pauses) -> None:
    server.fail_next(status=429, headers={"Retry-After": "11"})
    with pytest.raises(TransientError) as told:
        http.post(f"{server.url}/echo", b"x", "text/xml")
    assert (told.value.retry_after, pauses.taken, len(server.requests)) == (11, [], 1)


def test_no_try_begins_when_the_patience_for_one_answer_is_spent(server: LocalServer, pauses: Pauses) -> None:
    server.fail_next(status=503)
    with Http(pause=pauses, patience=Patience(read=1, pauses=(2,))) as http, pytest.raises(TransientError):
        http.get_json(f"{server.url}/data.json")
    assert (pauses.taken, len(server.requests)) == ([], 1)


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert retry_after_of({"Retry-After": later, "Date": format_datetime(now, usegmt=True)}) == 90
    assert retry_after_of({"Retry-After": format_datetime(now - timedelta(days=1), usegmt=True)}) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), ("soon", None), ("", None), ("-3", None), ("9" * 8, 86400), ("9" * 500, None)],
)
def test_retry_after_is_taken_with_care(text: str, seconds: float | None) -> None:
    assert retry_after_of({"Retry-After": text}) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_retry_after_is_an_error(after: str, date: str) -> None:
    seconds = retry_after_of({"Retry-After": after, "Date": date})
    assert seconds is None or 0 <= seconds <= 86400


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("/absent", NotThere, "has no http://"),
        ("/gone", NotThere, "has no http://"),
        ("/login", PermanentError, "HTTP 403"),
    ],
)
def test_a_refusal_is_final(
    server: LocalServer, http: Http, path: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as told:
        http.get_json(server.url + path)
    assert type(told.value) is error
    assert len(server.requests) == 1


def test_a_web_page_where_data_was_due_is_an_outage(server: LocalServer, http: Http) -> None:
    page = b"<!doctype html><html><title>Making sure you're not a bot!</title></html>"
    server.fail_next(status=200, body=page, times=2)
    with pytest.raises(TransientError, match="web page where data was due"):
        http.get_json(f"{server.url}/data.json")
    with pytest.raises(TransientError, match="web page where data was due"):
        http.get_text(f"{server.url}/words.txt")
    server.fail_next(status=200, body=b"\n " + page, content_type="text/xml")
    with pytest.raises(TransientError, match="web page where data was due"):
        http.post(f"{server.url}/echo", b"", "text/xml")
    server.fail_next(status=200, body=page)
    assert http.get_text(f"{server.url}/words.txt", page=True) == page.decode()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_named_so(server: LocalServer, http: Http, body: bytes) -> None:
    server.fail_next(status=200, body=body, content_type="application/json")
    with pytest.raises(PermanentError, match="no JSON"):
        http.get_json(f"{server.url}/data.json")


def test_redirects_stay_on_the_web(server: LocalServer, http: Http) -> None:
    assert http.get_json(f"{server.url}/moved") == {"answer": 42}
    for path in ("/to-a-file", "/to-nowhere", "/in-circles"):
        with pytest.raises(PermanentError, match="can't be asked"):
            http.get_json(server.url + path)


def test_a_question_with_a_body_is_not_redirected(server: LocalServer, http: Http) -> None:
    with pytest.raises(PermanentError, match=r"sends us from .* to /data\.json"):
        http.post(f"{server.url}/moved", b"x", "text/xml")


def test_an_answer_is_as_long_as_its_limit_and_no_longer(server: LocalServer, http: Http) -> None:
    assert len(http.get_text(f"{server.url}/long", limit=len(LONG))) > 0
    with pytest.raises(TooLarge, match=f"more than {len(LONG) - 1} bytes"):
        http.get_text(f"{server.url}/long", limit=len(LONG) - 1)


@pytest.mark.parametrize("packed", [gzip.compress(bytes(20_000_000)), zlib.compress(bytes(20_000_000))])
def test_a_small_answer_that_unfolds_is_counted_unfolded(
    server: LocalServer, http: Http, packed: bytes
) -> None:
    encoding = "gzip" if packed.startswith(b"\x1f\x8b") else "deflate"
    server.fail_next(
        status=200, body=packed, content_type="text/plain", headers={"Content-Encoding": encoding}
    )
    with pytest.raises(TooLarge):
        http.get_text(f"{server.url}/long", limit=1_000_000)


def test_a_packed_answer_is_unpacked(server: LocalServer, http: Http) -> None:
    packed = gzip.compress(json.dumps(list(range(50_000))).encode())
    server.fail_next(
        status=200, body=packed, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert http.get_json(f"{server.url}/data.json") == list(range(50_000))


def test_an_answer_that_breaks_off_is_fetched_again(server: LocalServer, http: Http) -> None:
    server.fail_next(cut_at=5, times=2)
    assert http.get_json(f"{server.url}/data.json") == {"answer": 42}


def test_an_answer_that_keeps_breaking_off_is_an_outage(server: LocalServer, http: Http) -> None:
    server.fail_next(cut_at=5, times=3)
    with pytest.raises(TransientError, match="can't be reached"):
        http.get_json(f"{server.url}/data.json")


def test_silence_is_waited_for_only_so_long(server: LocalServer, hasty: Http) -> None:
    server.fail_next(delay=5)
    with pytest.raises(TransientError, match="no answer in time"):
        hasty.get_json(f"{server.url}/data.json")


def test_a_closed_port_and_an_unknown_host_are_outages(http: Http) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransientError, match=rf"127\.0\.0\.1:{port} can't be reached \(Connection refused\)"):
        http.get_json(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["ftp://example.org/x", "no address", "http://", "http://[", "http://a..b/"])
def test_what_is_no_web_address_is_refused(http: Http, url: str) -> None:
    with pytest.raises(PermanentError, match="check the address"):
        http.get_json(url)


def test_a_stream_is_read_only_as_far_as_it_is_wanted(server: LocalServer, http: Http) -> None:
    with http.stream(f"{server.url}/long", limit=100) as stream:
        assert stream.read(4) + stream.read(6) == LONG[:10]
    with http.stream(f"{server.url}/long", limit=len(LONG)) as stream:
        assert stream.read() == LONG
        assert stream.read(1) == b""


def test_a_stream_keeps_its_limit_and_tells_when_it_breaks(server: LocalServer, http: Http) -> None:
    with http.stream(f"{server.url}/long", limit=200_000) as stream, pytest.raises(TooLarge):
        stream.read(300_000)
    server.fail_next(cut_at=100_000)
    with http.stream(f"{server.url}/long", limit=len(LONG)) as stream:
        assert stream.read(1000) == LONG[:1000]
        with pytest.raises(TransientError):
            stream.read()
    with pytest.raises(NotThere), http.stream(f"{server.url}/absent", limit=10):
        pass


@contextmanager
def dripping_server() -> Iterator[str]:
    """Sends a byte now and then, for ever: every single read succeeds."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n"
            )
            try:
                while not stopped.wait(0.02):
                    connection.sendall(b".")
            except ConnectionError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        stopped.set()
        thread.join()


def test_a_server_that_drips_holds_nobody_for_long(hasty: Http) -> None:
    begun = time.monotonic()
    with dripping_server() as url, pytest.raises(TransientError, match="so slowly"):
        hasty.get_text(url)
    assert time.monotonic() - begun < 3


@given(st.text(max_size=30))
def test_any_text_has_a_host_to_name(url: str) -> None:
    assert isinstance(host_of(url), str)


def test_a_password_in_an_address_is_not_shown_as_the_host() -> None:
    assert host_of("https://user:secret@koji.example.org/kojihub") == "koji.example.org"
