# SPDX-FileCopyrightText: epelbot contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a mail that was written as HTML, laid out as its writer would have typed it.

Quotes begin with ">", items of lists with "-", a signature with "-- ", cells of a table stand apart; what is
struck out or hidden isn't there. Nothing is fetched. Tags are found by our own eyes and not by `html.parser`,
which takes time that grows with the square of a hostile text's length, and raises on some.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

#: Characters of HTML that are looked at. Editors write ten for each one of text.
HTML_LIMIT = 1_000_000

_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
        ),
        *(
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "p",
            "pre",
            "section",
            "table",
            "tbody",
            "tfoot",
            "thead",
            "tr",
            "ul",
        ),
    )
)
# A blank line before and after.
_PARAGRAPHS = frozenset(
    ("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul")
)
_UNSEEN = frozenset(
    ("del", "head", "s", "script", "select", "strike", "style", "template", "textarea", "title")
)
_EMPTY = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
_QUOTE_CLASS = re.compile(r"(?<![\w-])(?:gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote)(?![\w-])")
_QUOTE_IDS = frozenset(("divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION"))
_SIGNATURE_CLASS = re.compile(
    r"(?<![\w-])(?:moz-signature|gmail_signature|protonmail_signature_block)(?![\w-])"
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|line-through", re.IGNORECASE)
_DEEPEST = 100
# A tag, another declaration, or the start of a comment.
_TAG = re.compile(r"<(?:!--|(?P<slash>[/!?]?)(?P<name>[A-Za-z][A-Za-z0-9]{0,20})(?P<rest>[^<>]{0,2000})>)")
_ATTRIBUTE = re.compile(r"([A-Za-z-]{1,30})\s{0,9}=\s{0,9}(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")


def text_of_html(html: str) -> str:
    """The text, by lines. Broken HTML gives what a reader would make of it."""
    html = html[:HTML_LIMIT]
    layout = _Layout()
    at = 0
    while at < len(html):
        tag = _TAG.search(html, at)
        layout.add(unescape(html[at : tag.start() if tag else len(html)]))
        if tag is None:
            break
        at = tag.end()
        if tag["name"] is None:
            end = html.find("-->", at)
            # A comment without an end hides nothing.
            at = end + 3 if end >= 0 else at
            if end < 0:
                layout.add(html[at:])
                break
        elif tag["slash"]:
            layout.end(tag["name"].lower())
        else:
            layout.start(tag["name"].lower(), tag["rest"])
    return layout.text()


class _Layout:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        # What is open: tag and role; and how many of each role.
        self._open: list[tuple[str, str]] = []
        self._roles: Counter[str] = Counter()

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def start(self, tag: str, attributes: str) -> None:
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        if tag == "br":
            self._end_line(kept=True)
        elif tag in ("td", "th") and self._line:
            self._line.append("\t")
        if tag in _EMPTY or len(self._open) >= _DEEPEST:
            return
        role = _role(tag, attributes)
        if role == "signature":
            self._end_line()
            self._lines.append("-- ")
        self._open.append((tag, role))
        self._roles[role] += 1
        if tag == "li":
            self._line.append("- ")

    def end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        # The innermost that is open; what was left open within it ends with it.
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                self._roles.subtract(role for _, role in self._open[at:])
                del self._open[at:]
                return

    def add(self, data: str) -> None:
        if self._roles["unseen"]:
            return
        if self._roles["kept"]:
            first, *others = data.split("\n")
            self._line.append(first)
            for line in others:
                self._end_line(kept=True)
                self._line.append(line)
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", data)
        if not self._line or self._line[-1].endswith((" ", "\t")):
            words = words.lstrip(" ")
        if words:
            self._line.append(words)

    def _break(self, *, paragraph: bool) -> None:
        self._end_line()
        if paragraph and self._lines and self._lines[-1].strip("> "):
            self._lines.append("")

    def _end_line(self, *, kept: bool = False) -> None:
        line = "".join(self._line).rstrip()
        self._line = []
        if line or kept:
            quotes = self._roles["quote"]
            self._lines.append(f"{'>' * quotes} {line}" if quotes else line)


def _role(tag: str, attributes: str) -> str:
    told = {found[1].lower(): found[2].strip("\"'") for found in _ATTRIBUTE.finditer(attributes)}
    if tag in _UNSEEN or _HIDDEN_STYLE.search(told.get("style", "")):
        return "unseen"
    classes = told.get("class", "")
    if tag == "blockquote" or _QUOTE_CLASS.search(classes) or told.get("id") in _QUOTE_IDS:
        return "quote"
    if _SIGNATURE_CLASS.search(classes):
        return "signature"
    return "kept" if tag == "pre" else ""
