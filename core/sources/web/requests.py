"""Requests to a web server: one line of its log, in any format, as a Request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import unquote

from core.records import Refused
from core.sources.fields import normal

NOT_ITS: Final = "not a line of a web server's log"


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        time: as any time of a file: text with a zone, or a number.
        address: the client's, "" if unknown.
        agent: the user agent; None if the log does not have it, "" if none was sent.
        uri: path and query.
        status: of the answer, 0 if unknown.
        user: the user authenticated by the server itself, "" for nobody.
    """

    time: Any
    address: str
    agent: str | None
    method: str
    uri: str
    status: int
    referrer: str = ""
    host: str = ""
    user: str = ""


Of = Callable[[Mapping[str, Any]], Request | None]
"""The request in an object; None if the object is about something else."""


# -- common and combined

_COMMON: Final = re.compile(
    r"""
    (?:(?P<host>[^\s"]+)\s)? (?P<address>[0-9A-Za-z:][0-9A-Za-z_.:%-]*) \s \S+ \s (?P<user>.*?) \s
    \[(?P<time>[^\]]+)\] \s "(?P<request>(?:[^"\\]|\\.)*)" \s (?P<status>\d{3}) \s (?:\d+|-)
    (?:\s"(?P<referrer>(?:[^"\\]|\\.)*)"\s"(?P<agent>(?:[^"\\]|\\.)*)")?
    (?:\s"(?P<forwarded>[0-9a-fA-F.:]+)(?:,[^"]*)?")?
    """,
    re.VERBOSE,
)
_TRAEFIK: Final = re.compile(r' \d+ "[^"]*" "[^"]*" \d+ms\s*\Z')
"""How Traefik's lines end; it keeps agents only if it is told to."""

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_TIME: Final = re.compile(
    r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\s*([+-])(\d\d):?(\d\d)"
)


def of_common(line: str) -> Request:
    """Return the request of a line in the common or combined format; Refused for other lines.

    A site name before the line and a forwarded address after it are understood.
    """
    found = _COMMON.match(line)
    if found is None:
        raise Refused(NOT_ITS)
    method, uri = _asked(_unescaped(found["request"]))
    agent = found["agent"]
    is_hidden = agent == "-" and bool(_TRAEFIK.search(line, found.end()))
    return Request(
        time=moment(found["time"]),
        address=found["forwarded"] or found["address"],
        agent=None if agent is None or is_hidden else _value(_unescaped(agent)),
        method=method,
        uri=uri,
        status=int(found["status"]),
        referrer=_value(_unescaped(found["referrer"] or "")),
        host=(found["host"] or "").partition(":")[0],
        user=_value(found["user"]),
    )


def moment(text: str) -> Any:
    """Return UTC milliseconds of "02/Mar/2026:10:00:00 +0100"; any other text unchanged."""
    found = _TIME.fullmatch(text.strip())
    if found is None or found[2] not in _MONTHS:
        return text
    shift = timedelta(hours=int(found[9]), minutes=int(found[10]))
    try:
        at = datetime(
            int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]), int(found[4]),
            int(found[5]), min(int(found[6]), 59), int((found[7] or "0").ljust(6, "0")),
            timezone(-shift if found[8] == "-" else shift),
        )  # fmt: skip
    except ValueError:
        return text
    return round(at.timestamp() * 1000)


def _asked(request: str) -> tuple[str, str]:
    """Return method and URI of "GET / HTTP/1.1"; empty texts for anything else."""
    method, _, rest = request.partition(" ")
    uri = rest.rpartition(" ")[0] if " HTTP/" in rest else rest
    return (method, uri) if method.isalpha() and uri else ("", "")


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\") if "\\" in text else text


def _value(text: Any) -> str:
    found = "" if text is None else str(text)
    return "" if found == "-" else found


# -- W3C extended: CloudFront, IIS


class Extended:
    """Lines of the W3C extended format, whose directive #Fields names their columns."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()

    def __call__(self, line: str) -> Request | None:
        """Return the request of a line, None for a directive; Refused if it has other columns."""
        if line.startswith("#"):
            if line.lower().startswith("#fields:"):
                self._names = tuple(line[8:].lower().split())
            return None
        tabs = "\t" in line
        values = line.split("\t" if tabs else " ")
        if not self._names or len(values) != len(self._names):
            raise Refused(NOT_ITS)
        found = dict(zip(self._names, values, strict=True))
        agent = found.get("cs(user-agent)")
        query = _value(found.get("cs-uri-query"))
        path = _value(found.get("cs-uri-stem"))
        return Request(
            time=f"{found.get('date', '')}T{found.get('time', '')}Z",
            address=_value(found.get("c-ip")),
            agent=None if agent is None else _decoded(agent, tabs),
            method=_value(found.get("cs-method")),
            uri=f"{path}?{query}" if query else path,
            status=_status(found.get("sc-status")),
            referrer=_decoded(found.get("cs(referer)", ""), tabs),
            host=_value(
                found.get("x-host-header") or found.get("cs-host") or found.get("cs(host)")
            ),
            user=_value(found.get("cs-username")),
        )


def _decoded(text: str, percents: bool) -> str:
    """Return a header as it was sent: CloudFront writes %20 or %2520 for a space, IIS a +."""
    text = _value(text)
    return unquote(unquote(text)) if percents else text.replace("+", " ")


# -- JSON


def of_caddy(found: Mapping[str, Any]) -> Request | None:
    """Return the request in an object of Caddy's log."""
    asked = found.get("request")
    if not isinstance(asked, dict) or "uri" not in asked or "status" not in found:
        return None
    headers = asked.get("headers")
    sent = {name.lower(): v for name, v in headers.items()} if isinstance(headers, dict) else {}
    address = asked.get("client_ip") or asked.get("remote_ip") or _bare(asked.get("remote_addr"))
    return Request(
        time=moment(ts) if isinstance(ts := found.get("ts"), str) else ts,
        address=_value(address),
        agent=_header(sent.get("user-agent")) if sent else None,
        method=_value(asked.get("method")),
        uri=_value(asked.get("uri")),
        status=_status(found.get("status")),
        referrer=_header(sent.get("referer")),
        host=_value(asked.get("host")),
        user=_value(found.get("user_id")),
    )


def of_traefik(found: Mapping[str, Any]) -> Request | None:
    """Return the request in an object of Traefik's access log."""
    if "RequestPath" not in found:
        return None
    return Request(
        time=found.get("StartUTC") or found.get("StartLocal") or found.get("time"),
        address=_value(found.get("ClientHost")) or _bare(found.get("ClientAddr")),
        agent=_optional(found, "request_User-Agent"),
        method=_value(found.get("RequestMethod")),
        uri=_value(found.get("RequestPath")),
        status=_status(found.get("DownstreamStatus") or found.get("OriginStatus")),
        referrer=_value(found.get("request_Referer")),
        host=_value(found.get("RequestHost")),
        user=_value(found.get("ClientUsername")),
    )


_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "time": (
        "time_iso8601", "msec", "time_local", "@timestamp", "timestamp", "time", "ts", "datetime",
        "edge_start_timestamp",
    ),
    "address": (
        "remote_addr", "client_ip", "remote_ip", "clientip", "real_ip", "client", "ip",
        "remote_host",
    ),
    "forwarded": ("http_x_forwarded_for", "x_forwarded_for"),
    "request": ("request",),
    "uri": ("request_uri", "uri", "url", "path", "request_path", "client_request_uri"),
    "query": ("args", "query_string", "query"),
    "method": ("request_method", "method", "verb", "http_method", "client_request_method"),
    "status": (
        "status", "status_code", "http_status", "response", "response_code",
        "edge_response_status",
    ),
    "agent": (
        "http_user_agent", "user_agent", "agent", "useragent", "ua", "client_request_user_agent",
    ),
    "referrer": ("http_referer", "http_referrer", "referer", "referrer", "client_request_referer"),
    "host": ("host", "http_host", "server_name", "vhost", "client_request_host"),
    "user": ("remote_user", "auth"),
}  # fmt: skip
"""Names in objects written by nginx, Apache or a framework, best first."""

_NOT_ITS_NAMES: Final = frozenset(
    {"event", "event_name", "user_id", "distinct_id", "anonymous_id", "message", "msg"}
)
"""Names that events, and logs of programs, have."""


def of_json(found: Mapping[str, Any]) -> Request | None:
    """Return the request in an object with the names of nginx's variables, or common ones."""
    named = {normal(name): value for name, value in found.items()}
    got = {what: _first(named, known) for what, known in _NAMES.items()}
    asked = got["request"] if isinstance(got["request"], str) else ""
    method, uri = _asked(asked) if asked else (_value(got["method"]), _value(got["uri"]))
    is_request = bool(asked or got["method"]) or got["agent"] is not None
    if got["status"] is None or not (got["address"] and got["time"] and is_request):
        return None
    if _NOT_ITS_NAMES & named.keys() or not (asked or got["uri"]):
        return None
    query = _value(got["query"])
    return Request(
        time=moment(got["time"]) if isinstance(got["time"], str) else got["time"],
        address=_value(got["forwarded"]).partition(",")[0].strip() or _value(got["address"]),
        agent=None if got["agent"] is None else _value(got["agent"]),
        method=method,
        uri=f"{uri}?{query}" if query and "?" not in uri else uri,
        status=_status(got["status"]),
        referrer=_value(got["referrer"]),
        host=_value(got["host"]),
        user=_value(got["user"]),
    )


OBJECTS: Final[Sequence[tuple[str, Of]]] = (
    ("web server log (Caddy)", of_caddy),
    ("web server log (Traefik)", of_traefik),
    ("web server log (JSON)", of_json),
)
"""Formats with a request per object, and their names in reports."""


def _first(named: Mapping[str, Any], known: Sequence[str]) -> Any:
    return next((named[name] for name in known if named.get(name) is not None), None)


def _optional(found: Mapping[str, Any], name: str) -> str | None:
    return _value(found[name]) if name in found else None


def _header(value: Any) -> str:
    return _value(value[0] if isinstance(value, list) and value else value or "")


def _bare(address: Any) -> str:
    """Return an address without its port."""
    return _value(address).rpartition(":")[0].strip("[]")


def _status(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
