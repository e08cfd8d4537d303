# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way out to the web: time-outs, retries, size limits, and errors that say what to do.

All adapters ask through `Http`, so that a slow, overloaded, hostile or bot-checking server is met in one
place, and so that its answers reach the adapters as `TransientError`, `PermanentError` or `NotThere` only.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, Self, TypeVar, cast
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError as TransportError

from epelbot import __version__
from epelbot.errors import NotThere, PermanentError, TransientError

MEBIBYTE = 1024 * 1024
_PIECE = 64 * 1024
_REDIRECTS = range(300, 400)
_NOT_THERE = (404, 410)
# The client errors that another try may mend: time-out, too early, too many (RFC 9110, RFC 8470, RFC 6585).
_LATER = (408, 425, 429)
_FIRST_ERROR, _FIRST_SERVER_ERROR = 400, 500
# A longer Retry-After is taken for a mistake.
_LONGEST_RETRY_AFTER = 86400.0
_DIGITS_OF_A_NUMBER_OF_SECONDS = 9
_PAGE_OPENINGS = (b"<!doctype html", b"<html")

Query = Mapping[str, str | list[str]]
T = TypeVar("T")


class TooLarge(PermanentError):
    """An answer goes past the limit of bytes that its asker set; a smaller question may get through."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a source is waited for, all in seconds.

    ``whole`` bounds one answer from its first to its last byte, so that a source that drips can't hold a
    worker. ``pauses`` are the waits between tries. A ``Retry-After`` above ``longest_pause`` is not sat out
    but handed up, and no try begins when more than ``read`` would have passed since the first.
    """

    connect: float = 10
    read: float = 60
    whole: float = 600
    pauses: tuple[float, ...] = (0.5, 2)
    longest_pause: float = 10


@dataclass(frozen=True, slots=True)
class _Answer:
    body: bytes
    content_type: str
    charset: str | None


def _new_session() -> requests.Session:
    session = requests.Session()
    session.max_redirects = 5
    return session


@dataclass(frozen=True, slots=True)
class Http:
    """A session with the web. It keeps connections open, so keep one, but one per thread.

    ``about`` is an address that tells server owners who asks (it goes into the User-Agent). ``limit`` is the
    usual limit of an answer in bytes, counted after decompression. Redirects are followed within http and
    https only. ``pause`` waits; tests give their own.
    """

    about: str | None = None
    patience: Patience = field(default_factory=Patience)
    limit: int = 32 * MEBIBYTE
    pause: Callable[[float], None] = time.sleep
    _session: requests.Session = field(default_factory=_new_session, init=False, repr=False)

    def __post_init__(self) -> None:
        product = f"epelbot/{__version__}"
        self._session.headers["User-Agent"] = f"{product} (+{self.about})" if self.about else product

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def get_json(self, url: str, params: Query | None = None, *, limit: int | None = None) -> Any:
        """What a JSON document holds. A web page in its place (Anubis answers so, with 200) is an outage."""
        answer = self._ask("GET", url, {"Accept": "application/json"}, limit, params=params)
        _refuse_page(url, answer)
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise PermanentError(
                f"{host_of(url)} answered with something that is no JSON; check the address {url}"
            ) from error

    def get_text(
        self, url: str, params: Query | None = None, *, limit: int | None = None, page: bool = False
    ) -> str:
        """A text, undecodable bytes replaced. A web page is an outage, unless a ``page`` is wanted."""
        accept = "text/html" if page else "text/plain, */*;q=0.5"
        answer = self._ask("GET", url, {"Accept": accept}, limit, params=params)
        if not page:
            _refuse_page(url, answer)
        try:
            return answer.body.decode(answer.charset or "utf-8", "replace")
        except LookupError:
            # A charset that Python has never heard of.
            return answer.body.decode("utf-8", "replace")

    def get_bytes(
        self, url: str, params: Query | None = None, *, accept: str, limit: int | None = None
    ) -> bytes:
        """An answer as it came. A web page in its place is an outage."""
        answer = self._ask("GET", url, {"Accept": accept}, limit, params=params)
        _refuse_page(url, answer)
        return answer.body

    def post(self, url: str, body: bytes, content_type: str, *, limit: int | None = None) -> bytes:
        """The answer to a question that is put by POST and changes nothing (an XML-RPC read).

        It is retried like a GET. A redirect is refused: the body might not go along.
        """
        headers = {"Content-Type": content_type, "Accept": content_type}
        answer = self._ask("POST", url, headers, limit, body=body)
        _refuse_page(url, answer)
        return answer.body

    @contextmanager
    def stream(self, url: str, *, limit: int) -> Iterator[BinaryIO]:
        """A file to be read forwards, as far as the reader likes: the rest is never transferred.

        Reading past ``limit`` bytes raises `TooLarge`; a connection that breaks, `TransientError`.
        """
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        with self._patiently(lambda: self._open("GET", url, headers)) as response:
            pieces = _pieces(response, url, limit, self.patience.whole)
            # To typeshed a BinaryIO is a nominal type, which no class of io has.
            yield cast(BinaryIO, io.BufferedReader(_Body(pieces), _PIECE))

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        limit: int | None,
        *,
        params: Query | None = None,
        body: bytes | None = None,
    ) -> _Answer:
        most = self.limit if limit is None else limit

        def once() -> _Answer:
            with self._open(method, url, headers, params=params, body=body) as response:
                whole = b"".join(_pieces(response, url, most, self.patience.whole))
                return _Answer(whole, response.headers.get("Content-Type", ""), response.encoding)

        return self._patiently(once)

    def _patiently(self, once: Callable[[], T]) -> T:
        """Ask, and ask again after short pauses while the trouble may pass by itself."""
        begun = time.monotonic()
        for usual in self.patience.pauses:
            try:
                return once()
            except TransientError as trouble:
                pause = max(usual, trouble.retry_after or 0)
                spent = time.monotonic() - begun
                if pause > self.patience.longest_pause or spent + pause > self.patience.read:
                    raise
            self.pause(pause)
        return once()

    def _open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: Query | None = None,
        body: bytes | None = None,
    ) -> requests.Response:
        try:
            response = self._session.request(
                method,
                url,
                params=params,
                data=body,
                headers=headers,
                timeout=(self.patience.connect, self.patience.read),
                allow_redirects=method == "GET",
                stream=True,
            )
        except (ValueError, requests.TooManyRedirects) as error:
            raise PermanentError(f"{url} can't be asked ({_reason(error)}); check the address") from error
        except requests.RequestException as error:
            raise TransientError(_out_of_reach(url, error)) from error
        if response.status_code < _REDIRECTS.start:
            return response
        with response:
            raise _refusal(url, response)


class _Body(io.RawIOBase):
    """The pieces of an answer as a raw stream, for `io.BufferedReader` to make whole reads of."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = next(self._pieces, b"")
        given = min(len(buffer), len(self._rest))
        buffer[:given] = self._rest[:given]
        self._rest = self._rest[given:]
        return given


def _pieces(response: requests.Response, url: str, limit: int, seconds: float) -> Iterator[bytes]:
    """The body as it arrives, decompressed, within the limits; no piece is empty."""
    end = time.monotonic() + seconds
    seen = 0
    while True:
        try:
            # Not iter_content(): that waits for whole pieces, and a server that drips would never end.
            piece = response.raw.read1(_PIECE, decode_content=True)
        except TransportError as error:
            raise TransientError(_out_of_reach(url, error)) from error
        if not piece:
            return
        if seen + len(piece) > limit:
            # First what may still be read: a reader's buffer reads ahead of him.
            if seen < limit:
                yield piece[: limit - seen]
            raise TooLarge(
                f"{host_of(url)} answered with more than {limit} bytes, which is more than epelbot takes; "
                f"see what {url} holds"
            )
        if time.monotonic() > end:
            raise TransientError(
                f"{host_of(url)} sends so slowly that its answer was given up after {seconds:g} seconds; "
                "try again later"
            )
        seen += len(piece)
        yield piece


def _refusal(url: str, response: requests.Response) -> TransientError | PermanentError:
    """What a status other than success means to the asker."""
    host, status = host_of(url), response.status_code
    if status in _LATER or status >= _FIRST_SERVER_ERROR:
        return TransientError(
            f"{host} can't answer now (HTTP {status}); try again later", retry_after_of(response.headers)
        )
    if status in _NOT_THERE:
        return NotThere(f"{host} has no {url} (HTTP {status}); check the name, or look again later")
    if status < _FIRST_ERROR:
        target = response.headers.get("Location", "an address that it doesn't name")
        return PermanentError(f"{host} sends us from {url} to {target}; set that address if you trust it")
    return PermanentError(
        f"{host} refuses {url} (HTTP {status}); check the address and whether it needs a login"
    )


def _refuse_page(url: str, answer: _Answer) -> None:
    opening = answer.body[:256].lstrip().lower()
    if answer.content_type.lower().startswith("text/html") or opening.startswith(_PAGE_OPENINGS):
        raise TransientError(
            f"{host_of(url)} answered with a web page where data was due (a bot check, or maintenance); "
            "try again later, and if it stays so, ask its owners to let epelbot through"
        )


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """The seconds that ``Retry-After`` asks for, whether it gives a number or a date (RFC 9110, 10.2.3).

    A date is counted from the server's own ``Date``, so that a wrong clock on either side does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_A_NUMBER_OF_SECONDS:
        return min(float(text), _LONGEST_RETRY_AFTER)
    until = _http_date(text)
    if until is None:
        return None
    now = _http_date(headers.get("Date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def host_of(url: str) -> str:
    """The host, as people are told it; the port only where it is not the usual one."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def _out_of_reach(url: str, error: Exception) -> str:
    return (
        f"{host_of(url)} can't be reached ({_reason(error)}); check network and address, or try again later"
    )


def _reason(error: Exception) -> str:
    """What went wrong in a few words: the innermost error's, since the outer ones are Python."""
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    words = inner.strerror if isinstance(inner, OSError) and inner.strerror else str(inner)
    return " ".join((words or type(inner).__name__).split())[:160]
