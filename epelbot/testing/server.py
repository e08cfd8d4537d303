# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A web server on loopback that answers as Fedora's services do, so that adapters are tested over real HTTP.

It is only a small router: each service is a route, a function from the `World` and a `Request` to a
`Response`, or None for "not mine". A test can also make it fail in the ways that real servers fail.

    with serve(world, koji_route, bodhi_route) as server:
        hub = KojiHub(Http(), f"{server.url}/kojihub", ...)
        server.fail_next(status=503, headers={"Retry-After": "7"})
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from epelbot.testing.world import World


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked: ``path`` decoded, ``query`` as `parse_qs` gives it, header names in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def asked(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Response:
    """What the client gets. ``Content-Length`` is added unless ``headers`` carries one."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


#: A service: its answer, or None when the request is for another.
Route = Callable[[World, Request], Response | None]


@dataclass(frozen=True, slots=True)
class _Failure:
    """One planned failure: a whole answer (``response``), or trouble with the true one."""

    response: Response | None
    path: str
    delay: float
    cut_at: int | None


@dataclass(slots=True)
class LocalServer:
    """A running server: its address, what it was asked so far, and the failures planned for it."""

    url: str
    requests: list[Request] = field(default_factory=list)
    _failures: deque[_Failure] = field(default_factory=deque)
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _trouble: list[BaseException] = field(default_factory=list)

    def fail_next(
        self,
        *,
        status: int | None = None,
        body: bytes = b"",
        content_type: str = "text/html",
        headers: Mapping[str, str] | None = None,
        delay: float = 0,
        cut_at: int | None = None,
        times: int = 1,
        path: str = "",
    ) -> None:
        """Plan trouble for the next ``times`` requests whose path starts with ``path``.

        With ``status`` (200 too) this answer takes the place of the true one; without, the true answer
        comes, but ``delay`` seconds late, or cut off after ``cut_at`` bytes of its body.
        """
        response = None if status is None else Response(status, body, content_type, headers or {})
        with self._lock:
            self._failures.extend([_Failure(response, path, delay, cut_at)] * times)

    def take_failure(self, request: Request) -> _Failure | None:
        """The failure planned for this request, which is used up by it; also keeps the request."""
        with self._lock:
            self.requests.append(request)
            for planned in self._failures:
                if request.path.startswith(planned.path):
                    self._failures.remove(planned)
                    return planned
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A client that reads no further (a size limit, an RPM's header) leaves threads behind: not waited for.
    block_on_close = False
    local: LocalServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what a route raised, for `serve` to raise; a client that hangs up is no error."""
        del request, client_address
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.local._trouble.append(error)  # noqa: SLF001 -- the two classes are one thing in two halves


@contextmanager
def serve(world: World, *routes: Route) -> Iterator[LocalServer]:
    """Run a server on a free loopback port; the first route that answers wins, none means 404.

    What a route raised is raised again at the end, so that a broken route can't pass for an outage.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body in one go: apart, the client's delayed acknowledgement costs 40 ms each time.
        wbufsize = -1

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            request = Request(
                self.command,
                unquote(split.path),
                parse_qs(split.query, keep_blank_values=True),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers.get("Content-Length", "0"))),
            )
            failure = local.take_failure(request)
            response = failure.response if failure is not None else None
            if response is None:
                answers = (route(world, request) for route in routes)
                response = next((one for one in answers if one is not None), Response(404, b"Not found"))
            if failure is not None and failure.delay:
                local._closing.wait(failure.delay)  # noqa: SLF001 -- see _Server
            self._send(response, failure.cut_at if failure is not None else None)

        do_POST = do_GET  # noqa: N815 -- http.server finds it by this name

        def _send(self, response: Response, cut_at: int | None) -> None:
            headers = {"Content-Type": response.content_type, "Content-Length": str(len(response.body))}
            self.send_response(response.status)
            for name, value in {**headers, **response.headers}.items():
                self.send_header(name, value)
            if cut_at is not None:
                response = replace(response, body=response.body[:cut_at])
                self.close_connection = True
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing: tests look at `LocalServer.requests`."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        local = LocalServer(f"http://127.0.0.1:{server.server_address[1]}")
        server.local = local
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield local
        finally:
            local._closing.set()  # noqa: SLF001 -- see _Server
            server.shutdown()
            thread.join()
    if local._trouble:  # noqa: SLF001 -- see _Server
        raise local._trouble[0]  # noqa: SLF001 -- see _Server
