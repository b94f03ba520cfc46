"""Requests to a web server: one line of its log, in any format, as a Request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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

    def of_site(self) -> Request:
        """Return the request with its path alone as the URI, if that is a whole address."""
        found = _ADDRESS.match(self.uri)
        if found is None:
            return self
        uri = self.uri[found.end() :] or "/"
        return replace(self, uri=uri, host=self.host or found[1])


_WITH_PORT: Final = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d+|\[([0-9a-fA-F:.%]+)\](?::\d+)?")
_ADDRESS: Final = re.compile(r"https?://([^/:?#]*)(?::\d+)?", re.I)

Of = Callable[[Mapping[str, Any]], Request | None]
"""The request in an object; None if the object is about something else."""


# -- common and combined

_COMMON: Final = re.compile(
    r"""
    (?:(?P<host>[^\s"]+)\s)? (?P<address>\[?[0-9A-Za-z:][0-9A-Za-z_.:%-]*\]?) \s \S+ \s
    (?P<user>.*?) \s \[(?P<time>[^\]]+)\] \s "(?P<request>(?:[^"\\]|\\.)*)" \s
    (?P<status>\d{3}) \s (?:\d+|-)
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
    r"\[?(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\s*([+-])(\d\d):?(\d\d)\]?"
)


def of_common(line: str) -> Request:
    """Return the request of a line in the common or combined format; Refused for other lines.

    A site name before the line and a forwarded address after it are understood.
    """
    found = _COMMON.match(line)
    if found is None:
        raise Refused(NOT_ITS)
    method, uri = asked_of(unescaped(found["request"]))
    agent = found["agent"]
    is_hidden = agent == "-" and bool(_TRAEFIK.search(line, found.end()))
    return Request(
        time=moment(found["time"]),
        address=found["forwarded"] or found["address"].strip("[]"),
        agent=None if agent is None or is_hidden else value_of(unescaped(agent)),
        method=method,
        uri=uri,
        status=int(found["status"]),
        referrer=value_of(unescaped(found["referrer"] or "")),
        host=(found["host"] or "").partition(":")[0],
        user=value_of(found["user"]),
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


def asked_of(request: str) -> tuple[str, str]:
    """Return method and URI of "GET / HTTP/1.1"; empty texts for anything else."""
    method, _, rest = request.partition(" ")
    uri = rest.rpartition(" ")[0] if " HTTP/" in rest else rest
    return (method, uri) if method.isalpha() and uri else ("", "")


def unescaped(text: str) -> str:
    """Return a text in quotes without the backslashes before quotes."""
    return text.replace('\\"', '"').replace("\\\\", "\\") if "\\" in text else text


def value_of(text: Any) -> str:
    """Return a value as text, "" for a hyphen, which stands for none."""
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
        query = value_of(found.get("cs-uri-query"))
        path = value_of(found.get("cs-uri-stem"))
        return Request(
            time=f"{found.get('date', '')}T{found.get('time', '')}Z",
            address=value_of(found.get("c-ip")),
            agent=None if agent is None else _decoded(agent, tabs),
            method=value_of(found.get("cs-method")),
            uri=f"{path}?{query}" if query else path,
            status=status_of(found.get("sc-status")),
            referrer=_decoded(found.get("cs(referer)", ""), tabs),
            host=value_of(
                found.get("x-host-header") or found.get("cs-host") or found.get("cs(host)")
            ),
            user=value_of(found.get("cs-username")),
        )


def _decoded(text: str, percents: bool) -> str:
    """Return a header as it was sent: CloudFront writes %20 or %2520 for a space, IIS a +."""
    text = value_of(text)
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
        address=value_of(address),
        agent=_header(sent.get("user-agent")) if sent else None,
        method=value_of(asked.get("method")),
        uri=value_of(asked.get("uri")),
        status=status_of(found.get("status")),
        referrer=_header(sent.get("referer")),
        host=value_of(asked.get("host")),
        user=value_of(found.get("user_id")),
    )


def of_traefik(found: Mapping[str, Any]) -> Request | None:
    """Return the request in an object of Traefik's access log."""
    if "RequestPath" not in found:
        return None
    return Request(
        time=found.get("StartUTC") or found.get("StartLocal") or found.get("time"),
        address=value_of(found.get("ClientHost")) or _bare(found.get("ClientAddr")),
        agent=_optional(found, "request_User-Agent"),
        method=value_of(found.get("RequestMethod")),
        uri=value_of(found.get("RequestPath")),
        status=status_of(found.get("DownstreamStatus") or found.get("OriginStatus")),
        referrer=value_of(found.get("request_Referer")),
        host=value_of(found.get("RequestHost")),
        user=value_of(found.get("ClientUsername")),
    )


_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "time": (
        "time_iso8601", "msec", "time_local", "@timestamp", "timestamp", "time", "ts", "datetime",
        "edge_start_timestamp", "date_time", "start_time", "request_start", "timestamp_iso8601",
    ),
    "address": (
        "remote_addr", "client_ip", "remote_ip", "clientip", "real_ip", "client", "ip",
        "remote_host", "remote_address", "c_ip", "source_ip", "client_address", "ip_address",
        "http_request_remote_ip", "network_client_ip", "proxy_client_ip", "client_host", "fwd",
        "client_addr", "downstream_remote_address", "downstream_direct_remote_address",
    ),
    "forwarded": ("http_x_forwarded_for", "x_forwarded_for"),
    "request": ("request", "request_line", "http_request"),
    "uri": (
        "request_uri", "uri", "url", "path", "request_path", "client_request_uri", "request_url",
        "http_request_request_url", "url_original", "url_path", "cs_uri_stem", "http_url",
        "http_path", "proxy_path", "original_url", "uri_path",
    ),
    "query": ("args", "query_string", "query", "cs_uri_query", "url_query"),
    "method": (
        "request_method", "method", "verb", "http_method", "client_request_method", "cs_method",
        "http_request_request_method", "http_request_method", "proxy_method", "request_verb",
    ),
    "status": (
        "status", "status_code", "http_status", "response", "response_code",
        "edge_response_status", "response_status", "sc_status", "http_request_status",
        "http_response_status_code", "http_status_code", "proxy_status_code", "elb_status_code",
    ),
    "agent": (
        "http_user_agent", "user_agent", "agent", "useragent", "ua", "client_request_user_agent",
        "request_user_agent", "cs_user_agent", "http_request_user_agent", "user_agent_original",
        "http_useragent", "proxy_user_agent",
    ),
    "referrer": (
        "http_referer", "http_referrer", "referer", "referrer", "client_request_referer",
        "request_referer", "cs_referer", "http_request_referer",
    ),
    "host": (
        "host", "http_host", "server_name", "vhost", "client_request_host", "cs_host",
        "x_host_header", "request_host", "url_domain", "proxy_host", "authority",
    ),
    "user": ("remote_user", "auth", "user_id"),
}  # fmt: skip
"""Names in objects written by nginx, Apache, a network of servers or a framework, best first.

Objects in objects are named together: status_code in http is http_status_code.
"""

_NOT_ITS_NAMES: Final = ("event", "event_name", "distinct_id", "anonymous_id", "message", "msg")
"""Names that events, and logs of programs, have."""

_DEEPEST: Final = 3


def _flat(found: Mapping[str, Any], before: str = "", depth: int = 0) -> dict[str, Any]:
    """Return the values of an object and those in it, by their names in normal form."""
    named: dict[str, Any] = {}
    inside: dict[str, Any] = {}
    for name, value in found.items():
        plain = before + re.sub(r"[()]+", "_", normal(name)).strip("_")
        if value.__class__ is dict and depth < _DEEPEST:
            inside.update(_flat(value, f"{plain}_", depth + 1))
        else:
            named[plain] = value
    return {**inside, **named}


def of_json(found: Mapping[str, Any]) -> Request | None:
    """Return the request in an object with the names of nginx's variables, or common ones."""
    named = _flat(found)
    got = {what: _first(named, known) for what, known in _NAMES.items()}
    asked = got["request"] if isinstance(got["request"], str) else ""
    method, uri = asked_of(asked)
    if not uri:
        method, uri = value_of(got["method"]), value_of(got["uri"]) or asked
    if got["status"] is None or not (got["address"] and got["time"] and uri):
        return None
    if (not method and got["agent"] is None) or _is_event(found, named, method):
        return None
    query = value_of(got["query"])
    agent = None if got["agent"] is None else _header(got["agent"])
    return Request(
        time=moment(got["time"]) if isinstance(got["time"], str) else got["time"],
        address=_leftmost(got["forwarded"]) or _leftmost(got["address"]),
        agent=unquote(agent) if agent and "%20" in agent and " " not in agent else agent,
        method=method,
        uri=f"{uri}?{query}" if query and "?" not in uri else uri,
        status=status_of(got["status"]),
        referrer=value_of(got["referrer"]),
        host=value_of(got["host"]),
        user=value_of(got["user"]),
    ).of_site()


def _is_event(found: Mapping[str, Any], named: Mapping[str, Any], method: str) -> bool:
    """Whether an object has what only events, or logs of programs, have."""
    told = any(isinstance(v := named.get(name), str) and v for name in _NOT_ITS_NAMES)
    does = "action" in named and "controller" not in named
    return told or does or ("user_id" in found and not method)


def _leftmost(addresses: Any) -> str:
    """Return the first of the addresses that a request passed, which is the client's, without its
    port.
    """
    first = value_of(addresses).partition(",")[0].strip()
    found = _WITH_PORT.fullmatch(first)
    return (found[1] or found[2]) if found else first


OBJECTS: Final[Sequence[tuple[str, Of]]] = (
    ("web server log (Caddy)", of_caddy),
    ("web server log (Traefik)", of_traefik),
    ("web server log (JSON)", of_json),
)
"""Formats with a request per object, and their names in reports."""


def _first(named: Mapping[str, Any], known: Sequence[str]) -> Any:
    return next((named[name] for name in known if named.get(name) is not None), None)


def _optional(found: Mapping[str, Any], name: str) -> str | None:
    return value_of(found[name]) if name in found else None


def _header(value: Any) -> str:
    return value_of(value[0] if isinstance(value, list) and value else value or "")


def _bare(address: Any) -> str:
    """Return an address without its port."""
    return value_of(address).rpartition(":")[0].strip("[]")


def status_of(value: Any) -> int:
    """Return the status of an answer, 0 if it is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
