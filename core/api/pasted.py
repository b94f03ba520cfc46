"""Requests as people paste them: a `curl` command, or the lines an HTTP client sends.

The profile says who asks, so hosts, users, tokens and every other header are ignored, and never
repeated in a message.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import quote_plus, urlsplit

from core.errors import BadQuestion

Text = Callable[[str], str]
"""A file's name -> its text."""

PASSED_OVER = (
    "-s", "--silent", "-S", "--show-error", "-L", "--location", "-g", "--globoff", "-k",
    "--insecure", "-i", "--include", "-v", "--verbose", "-f", "--fail", "-N", "--no-buffer", "-#",
    "--compressed", "--fail-with-body", "--http1.1", "--http2", "-4", "-6", "-q",
)  # fmt: skip
"""Options of curl that have no effect here."""

PASSED_OVER_WITH_VALUE = (
    ("-H", "--header"), ("-u", "--user"), ("-A", "--user-agent"), ("-e", "--referer"),
    ("-b", "--cookie"), ("-m", "--max-time"), ("", "--connect-timeout"), ("", "--retry"),
    ("", "--oauth2-bearer"),
)  # fmt: skip

_METHOD_LINE = re.compile(r"[A-Za-z]+\s+\S")
_HEADER = re.compile(r"[\w-]+\s*:")


def unpasted(text: str, opened: Text) -> tuple[str, str | None]:
    """Return the request line and the body of a pasted request; any other text is the request line.

    Args:
        opened: reads the files that `curl -d @FILE` names.

    Raises:
        BadQuestion: it is not a request, or an option of curl is not supported.
    """
    plain = _unnumbered(text.strip().removeprefix("$ "))
    if re.match(r"curl(\.exe)?\s", plain):
        return _curl(plain, opened)
    if "\n" in plain and _METHOD_LINE.match(plain):
        return _http(plain)
    return plain, None


def _unnumbered(text: str) -> str:
    """Remove the line numbers that documentation prints: "1GET /api ...", "2Host: ..."."""
    lines = text.splitlines()
    numbered = [re.match(rf"{n}(?=[A-Za-z\-'{{])", line) for n, line in enumerate(lines, start=1)]
    if not all(numbered):
        return text
    return "\n".join(re.sub(r"^\d+", "", line) for line in lines)


def _http(text: str) -> tuple[str, str | None]:
    first, *rest = text.splitlines()
    for number, line in enumerate(rest):
        if not line.strip():
            body = "\n".join(rest[number + 1 :]).strip()
            return first, body or None
        if not _HEADER.match(line):
            raise BadQuestion(
                f"Line {number + 2} of the request is not a header.",
                "A blank line must precede the body.",
                parameter="request",
            )
    return first, None


# -- curl


class _Parser(argparse.ArgumentParser):
    """Reports errors without repeating the input."""

    def error(self, message: str) -> NoReturn:
        """Raise a sentence that names the option."""
        raise BadQuestion(f"curl: {message}.", _HINT, parameter="request")


_HINT = (
    "Known: -X, -d, --data, --data-raw, --data-binary, --data-urlencode, --json, -G, --url; "
    "-H, -u and the like are ignored. Options of footfall go before curl."
)


def _parser(opened: Text) -> _Parser:
    parser = _Parser(prog="curl", add_help=False, allow_abbrev=False)
    parser.add_argument("-X", "--request", dest="method")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("--url", action="append", default=[])
    data: dict[str, Any] = {"dest": "data", "action": "append", "default": []}
    for names, read in (
        (("-d", "--data", "--data-ascii", "--data-binary", "--json"), lambda t: _data(t, opened)),
        (("--data-raw",), str),
        (("--data-urlencode",), lambda t: _encoded(t, opened)),
    ):
        parser.add_argument(*names, type=read, **data)
    parser.add_argument(*PASSED_OVER, action="store_true", dest="passed")
    for short, long in PASSED_OVER_WITH_VALUE:
        parser.add_argument(*filter(None, (short, long)), action="append", dest="passed_too")
    parser.add_argument("urls", nargs="*")
    return parser


def _curl(text: str, opened: Text) -> tuple[str, str | None]:
    try:
        words = shlex.split(re.sub(r"\\\r?\n", " ", text))
    except ValueError:
        raise BadQuestion(
            "The curl command ends inside a quote.", "Paste the whole command.", parameter="request"
        ) from None
    given, unknown = _parser(opened).parse_known_intermixed_args(words[1:])
    if unknown:
        raise BadQuestion(
            f"curl option {unknown[0].partition('=')[0]} is not supported.",
            _HINT,
            parameter="request",
        )
    urls = [*given.url, *given.urls]
    if len(urls) != 1:
        found = "no address" if not urls else f"{len(urls)} addresses"
        raise BadQuestion(
            f"The curl command has {found}.",
            "It needs one, in quotes if it contains an &.",
            parameter="request",
        )
    body = "&".join(given.data) if given.data else None
    target = _target(urls[0], body if given.get else None)
    method = given.method or ("POST" if body is not None and not given.get else "GET")
    return f"{method} {target}", None if given.get else body


def _target(url: str, more: str | None) -> str:
    """Return path and query of an address, with the data added by -G."""
    whole = url if "://" in url or url.startswith("/") else f"http://{url}"
    try:
        parts = urlsplit(whole)
    except ValueError:
        raise BadQuestion("The curl command has no address.", parameter="request") from None
    query = "&".join(part for part in (parts.query, more) if part)
    return f"{parts.path or '/'}?{query}" if query else parts.path or "/"


def _data(text: str, opened: Text) -> str:
    return opened(text[1:]) if text.startswith("@") else text


def _encoded(text: str, opened: Text) -> str:
    """Return a value as curl encodes it: "content", "=content", "name=content", "name@file"."""
    found = re.match(r"([^=@]*)([=@])", text)
    if found is None:
        return quote_plus(text)
    name, content = found[1], text[found.end() :]
    value = quote_plus(opened(content) if found[2] == "@" else content)
    return f"{name}={value}" if name else value
