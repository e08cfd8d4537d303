# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How one talks to a Koji hub: XML-RPC with nil, named arguments and many calls in one (FIELD 2.1, 2.3, 2.5).

`xmlrpc.client` has the writing and the values; asking goes through `Http`, and replies go through a parser
of our own that takes no document type (entities that unfold into gigabytes need one).
"""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.parsers import expat

from epelbot.errors import PermanentError, TransientError
from epelbot.http import Http, host_of

_CONTENT_TYPE = "text/xml"
GENERIC_ERROR = 1000
#: The hub, not the question, is in trouble: locked (1001, 1006), session gone (1002, 1007), "try again"
#: (1009), offline (1014, which comes with HTTP 200).
_PASSING = frozenset({1001, 1002, 1006, 1007, 1009, 1014})
#: Any exception that is not Koji's own: at our fixed questions, trouble with its database or its files.
_OTHER_EXCEPTION = 1
# XML 1.0, 2.2: every character but these can be written.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# How `Unmarshaller` and expat show that a reply is not what the specification says.
_MALFORMED = (
    expat.ExpatError,
    xmlrpc.client.ResponseError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One question: a method of the hub with positional and named arguments."""

    method: str
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> tuple[Any, ...]:
        """The arguments as Koji's convention writes them: names go last, in a marked struct."""
        return (*self.arguments, {**self.named, "__starstar": True}) if self.named else self.arguments


@dataclass(frozen=True, slots=True)
class HubFault:
    """The hub's answer that a question cannot be answered; what that means is for the asker to say."""

    code: int
    text: str

    @property
    def summary(self) -> str:
        """Code and text in one short line; other exceptions than Koji's own carry a page of Python."""
        return f"fault {self.code}: {' '.join(self.text.split())[:200]}"


@dataclass(frozen=True, slots=True)
class Hub:
    """A Koji hub at ``url``, asked without login. ``limit`` bounds one reply, in bytes."""

    http: Http
    url: str
    limit: int

    @property
    def host(self) -> str:
        """The hub, as people are told it."""
        return host_of(self.url)

    def call(self, call: Call) -> Any:
        """The answer to one question; a fault is an error."""
        answer = self._ask(call)
        self.refuse_fault(call, answer)
        return answer

    def multicall(self, calls: Sequence[Call]) -> list[Any]:
        """The answers to several questions in one round trip, in their order; faults stand in as `HubFault`.

        A fault that tells of the hub's own trouble is raised, whichever question it was met at.
        """
        if not calls:
            return []
        many = Call("multiCall", ([{"methodName": call.method, "params": call.params} for call in calls],))
        replies = self.call(many)
        if not isinstance(replies, list) or len(replies) != len(calls):
            raise PermanentError(
                f"{self.host} did not answer each of the {len(calls)} calls that it was asked; "
                "check that the address is a Koji hub's"
            )
        return [self._reply(call, reply) for call, reply in zip(calls, replies, strict=True)]

    def refuse_fault(self, call: Call, answer: Any) -> None:
        """Raise what a fault means where the question gives it no meaning of its own."""
        if not isinstance(answer, HubFault):
            return
        if answer.code in _PASSING or answer.code == _OTHER_EXCEPTION:
            raise TransientError(f"{self.host} can't answer now (Koji's {answer.summary}); try again later")
        raise PermanentError(
            f"{self.host} refuses {call.method} (Koji's {answer.summary}); check what was asked for"
        )

    def _reply(self, call: Call, reply: Any) -> Any:
        match reply:
            case [answer]:
                return answer
            case {"faultCode": int(code), "faultString": text}:
                fault = HubFault(code, str(text))
                if code in _PASSING:
                    self.refuse_fault(call, fault)
                return fault
            case _:
                raise PermanentError(
                    f"{self.host} answered {call.method} as no Koji hub does; check the address"
                )

    def _ask(self, call: Call) -> Any:
        question = xmlrpc.client.dumps(call.params, call.method, allow_none=True).encode()
        reply = self.http.post(self.url, question, _CONTENT_TYPE, limit=self.limit)
        try:
            return read_reply(reply)
        except _MALFORMED as error:
            raise PermanentError(
                f"{self.host} answered {call.method} with something that is no XML-RPC; "
                f"check that {self.url} is a Koji hub"
            ) from error


def is_writable(name: str) -> bool:
    """Whether XML can carry the name; one that it can't carry is in no Koji, and must not be asked for."""
    return _UNWRITABLE.search(name) is None


def read_reply(reply: bytes) -> Any:
    """The value in an XML-RPC reply, or its fault; raises one of `_MALFORMED` for anything else."""
    target = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    # As xmlrpc.client's own parser does: expat hands over text, not bytes to be decoded.
    target.xml("", None)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = target.start
    parser.EndElementHandler = target.end
    parser.CharacterDataHandler = target.data
    parser.Parse(reply, True)  # noqa: FBT003 -- expat takes it by position only
    try:
        (value,) = target.close()
    except xmlrpc.client.Fault as fault:
        return HubFault(int(fault.faultCode), str(fault.faultString))
    return value


def _refuse_document_type(*_: Any) -> NoReturn:
    raise ValueError("an XML-RPC reply has no document type")
