"""Lines of load balancers, stores and routers: AWS, HAProxy, Envoy, Heroku, and any key=value."""

from __future__ import annotations

import re
from typing import Final

from core.records import Refused
from core.sources.web.requests import (
    NOT_ITS,
    Request,
    asked_of,
    moment,
    of_json,
    status_of,
    unescaped,
    value_of,
)

_QUOTED: Final = r'(?:[^"\\]|\\.)*'

_AWS: Final = re.compile(
    rf"""
    (?:(?:https?|h2|wss?|grpcs?)\s)? (?P<time>\d{{4}}-\d\d-\d\dT[\d:.]+Z) \s \S+ \s
    (?P<address>\S+):\d+ \s \S+ \s -?[\d.]+ \s -?[\d.]+ \s -?[\d.]+ \s (?P<status>\d{{3}}|-) \s
    (?:\d{{3}}|-) \s \d+ \s \d+ \s "(?P<request>{_QUOTED})" \s "(?P<agent>{_QUOTED})"
    """,
    re.VERBOSE,
)
_S3: Final = re.compile(
    rf"""
    \S+ \s \S+ \s \[(?P<time>[^\]]+)\] \s (?P<address>\S+) \s (?P<user>\S+) \s \S+ \s
    (?P<operation>[A-Z]+\.[A-Z_.]+) \s \S+ \s "(?P<request>{_QUOTED})" \s (?P<status>\d{{3}}|-) \s
    \S+ \s \S+ \s \S+ \s \S+ \s \S+ \s "(?P<referrer>{_QUOTED})" \s "(?P<agent>{_QUOTED})"
    """,
    re.VERBOSE,
)
_HAPROXY: Final = re.compile(
    rf"""
    (?P<address>\S+):\d+ \s \[(?P<time>[^\]]+)\] \s \S+ \s \S+/\S+ \s [-+/\d]+ \s
    (?P<status>\d{{3}}|-1) \s \S+ \s .*? "(?P<request>{_QUOTED})"
    """,
    re.VERBOSE,
)
_ENVOY: Final = re.compile(
    rf"""
    \[(?P<time>\d{{4}}-[^\]]+)\] \s "(?P<request>{_QUOTED})" \s (?P<status>\d+) \s [^"]*
    (?:"[^"]*"\s)?? "(?P<address>[0-9a-fA-F.:]+)[^"]*" \s "(?P<agent>{_QUOTED})" \s "[^"]*"
    (?:\s"(?P<host>[^"]*)")?
    """,
    re.VERBOSE,
)
_PAIR: Final = re.compile(r'(?<![\w.@-])([\w.@-]{1,60})=("(?:[^"\\]|\\.)*"|[^\s"]*)')
_DAY: Final = re.compile(r"\s*(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)\s")


def _found(pattern: re.Pattern[str], line: str) -> re.Match[str]:
    found = pattern.match(line)
    if found is None:
        raise Refused(NOT_ITS)
    return found


def _request(found: re.Match[str]) -> Request:
    parts = found.groupdict()
    method, uri = asked_of(unescaped(parts["request"]))
    agent = parts.get("agent")
    return Request(
        time=moment(parts["time"]),
        address=value_of(parts["address"]),
        agent=None if agent is None else value_of(unescaped(agent)),
        method=method,
        uri=uri,
        status=status_of(parts["status"]),
        referrer=value_of(unescaped(parts.get("referrer") or "")),
        host=value_of(parts.get("host")),
    ).of_site()


def of_aws(line: str) -> Request:
    """Return the request of a line of an AWS load balancer, of any generation."""
    return _request(_found(_AWS, line))


def of_s3(line: str) -> Request:
    """Return the request of a line of an S3 bucket's access log."""
    return _request(_found(_S3, line))


def of_haproxy(line: str) -> Request:
    """Return the request of a line of HAProxy."""
    return _request(_found(_HAPROXY, line))


def of_envoy(line: str) -> Request:
    """Return the request of a line of Envoy or Istio."""
    return _request(_found(_ENVOY, line))


def of_pairs(line: str) -> Request | None:
    """Return the request of a line of key=value: Heroku's router, Lograge; None for other pairs.

    Raises:
        Refused: no such line.
    """
    pairs = {name: value.strip('"') for name, value in _PAIR.findall(line)}
    if len(pairs) < 2:
        raise Refused(NOT_ITS)
    if found := _DAY.match(line):
        pairs.setdefault("time", found[1])
    return of_json(pairs)


LINES: Final = (
    ("web server log (AWS load balancer)", of_aws),
    ("web server log (S3)", of_s3),
    ("web server log (HAProxy)", of_haproxy),
    ("web server log (Envoy)", of_envoy),
    ("web server log (key=value)", of_pairs),
)
"""Formats with a request per line, and their names in reports."""
