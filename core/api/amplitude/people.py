"""Requests about users and sessions: counts, lengths, composition, one user, a search, realtime."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from core.answers import (
    Histogram,
    People,
    Series,
    Table,
    Timeline,
    TimelineEvent,
    TimelineSession,
)
from core.api.amplitude import parameters as ask
from core.api.amplitude.format import Segment, left_out, segments_of
from core.api.route import Backend
from core.api.tell.shapes import moment
from core.catalog.catalog import Catalog
from core.catalog.events import KEPT
from core.catalog.revenue import AMOUNT
from core.errors import NotFound
from core.queries.sessions import documented_bins
from core.sql.json_paths import json_path
from core.text import clean, things

Json = dict[str, Any]


def labels(answer: Series) -> list[str]:
    """Return the buckets' labels: dates, or date and time."""
    return [bucket.label for bucket in answer.buckets]


def group_names(answer: Series) -> list[str]:
    """Return a label per line."""
    return [clean(line.name) for line in answer.lines]


def by_segment(segments: Iterable[Segment], backend: Backend, kind: str, **fields: Any) -> Any:
    """Return the answers to one question for each segment."""
    return [
        (segment, backend.answer(kind, conditions=list(segment.conditions) or None, **fields))
        for segment in segments
    ]


def users(asked: ask.Users, backend: Backend) -> Json:
    """Return active or new users over time (definitions 9.1)."""
    segments = segments_of(asked.s)
    found = by_segment(
        segments,
        backend,
        "users",
        metric=asked.m,
        range=asked.range,
        granularity=asked.granularity,
        breakdown=list(asked.g) or None,
        limit=asked.limit,
    )
    warnings = left_out([answer for _, answer in found], asked.limit)
    data = {
        "series": [list(line.values) for _, answer in found for line in answer.lines],
        "seriesLabels": [
            name
            for segment, answer in found
            for name in (group_names(answer) if asked.g else [segment_name(segment, segments)])
        ],
        "seriesMeta": [
            meta
            for segment, answer in found
            for meta in (group_names(answer) if asked.g else [{"segmentIndex": segment.index}])
        ],
        "xValues": labels(found[0][1]),
    }
    return {"data": data, **({"warnings": warnings} if warnings else {})}


def segment_name(segment: Segment, segments: Sequence[Segment]) -> str:
    """Return the label of a segment: its position, or "" if it is the only one."""
    return f"segment {segment.index + 1}" if len(segments) > 1 else ""


def session_average(asked: ask.Dates, backend: Backend) -> Json:
    """Return the mean session length of each day, in seconds."""
    return _sessions(asked, backend, "average")


def sessions_per_user(asked: ask.Dates, backend: Backend) -> Json:
    """Return the sessions per user of each day."""
    return _sessions(asked, backend, "per_user")


def _sessions(asked: ask.Dates, backend: Backend, metric: str) -> Json:
    answer = backend.answer("sessions", metric=metric, range=asked.range)
    return {
        "data": {
            "series": [list(answer.lines[0].values)],
            "seriesLabels": [""],
            "seriesMeta": [{"segmentIndex": 0}],
            "xValues": labels(answer),
        }
    }


def session_length(asked: ask.SessionLength, backend: Backend) -> Json:
    """Return the distribution of session lengths, in custom bins if these are valid (9.3)."""
    bins = documented_bins(
        asked.timeHistogramConfigBinTimeUnit,
        asked.timeHistogramConfigBinMin,
        asked.timeHistogramConfigBinMax,
        asked.timeHistogramConfigBinSize,
    )
    answer: Histogram = backend.answer(
        "sessions",
        metric="length",
        range=asked.range,
        bins=bins.model_dump(exclude_none=True) if bins else None,
    )
    return {
        "data": {
            "series": [[part.count for part in answer.bins]],
            "seriesLabels": [""],
            "xValues": [f"{part.start:g}s-{part.end:g}s" for part in answer.bins],
        }
    }


def composition(asked: ask.Composition, backend: Backend) -> Json:
    """Return the number of users with each value of a property (9.4)."""
    answer = backend.answer("composition", property=asked.p, range=asked.range, limit=asked.limit)
    warnings = [
        f"limit: more values are left out; a limit above {asked.limit} shows more."
    ] * answer.truncated
    return {"data": composed(answer, asked.p), **({"warnings": warnings} if warnings else {})}


def composed(answer: Table, name: str) -> Json:
    """Return the rows of a composition as one series over its values."""
    names = [column.name for column in answer.columns]
    at = names.index(answer.people_column or names[1])
    return {
        "series": [[row[at] for row in answer.rows]],
        "seriesLabels": [name],
        "xValues": [row[0] for row in answer.rows],
    }


def realtime(asked: ask.Realtime, backend: Backend) -> Json:
    """Return today's and yesterday's active users by 5 minutes (9.8)."""
    return {"data": realtime_lines(backend.answer("realtime"))}


def realtime_lines(answer: Series) -> Json:
    """Return the two days of a realtime answer by time of day."""
    return {
        "xValues": [label[11:16] for label in labels(answer)],
        "seriesLabels": group_names(answer),
        "series": [list(line.values) for line in answer.lines],
    }


def user_search(asked: ask.UserSearch, backend: Backend) -> Json:
    """Return the matching users, and which of their ids matched (9.10).

    A number may be both the Amplitude ID of one user and the user id of another: both are found.
    """
    catalog = backend.engine.context().catalog
    known = called(catalog, asked.user)
    if known is not None:
        own = catalog.people.person(asked.user)
        both = dict.fromkeys([known, *([catalog.people.name_of(own)] if own else [])])
        return {"matches": [match(user, backend) for user in both], "type": "match_id"}
    answer: People = backend.answer("user_search", user=asked.user)
    if answer.notes or not answer.rows:
        return {"matches": [], "type": "nomatch"}
    exact = catalog.people.person(asked.user) is not None
    found: Json = {
        "matches": [match(row.user, backend) for row in answer.rows],
        "type": "match_user_or_device_id" if exact else "match_user_prefix",
    }
    left = answer.total - len(answer.rows)
    matching = things(left, "more user matches", "more users match")
    said = f"{matching}; a longer prefix narrows the search."
    return {**found, **({"warnings": [said]} if left else {})}


def called(catalog: Catalog, text: str) -> str | None:
    """Return the id of the user with an Amplitude ID given as text; None if there is none."""
    return catalog.people.called(int(text)) if re.fullmatch(r"[0-9]{1,18}", text) else None


def match(user: str, backend: Backend) -> Json:
    """Return a person in the form of search results."""
    return {"user_id": user, "amplitude_id": backend.engine.context().catalog.people.person(user)}


def user_activity(asked: ask.UserActivity, backend: Backend) -> Json:
    """Return a user's summary and events; `limit` counts from 0 as documented (9.9)."""
    catalog = backend.engine.context().catalog
    user = called(catalog, asked.user)
    if user is None and catalog.people.person(asked.user) is None:
        raise NotFound(f"There is no user {asked.user!r}.")
    answer: Timeline = backend.answer(
        "user_activity",
        user=user or asked.user,
        offset=asked.offset,
        limit=min(asked.limit + 1, 1000),
        direction=asked.direction,
    )
    return activity(answer, backend)


def activity(answer: Timeline, backend: Backend) -> Json:
    """Return one person: their summary and the listed events."""
    sessions = {session.number: session_id(session) for session in answer.sessions}
    return {
        "userData": _summary(answer, backend),
        "events": [_event(e, answer.user, sessions.get(e.session, -1)) for e in answer.events],
    }


def session_id(session: TimelineSession) -> int | str:
    """Return the id of a session, as a number if it is one; without an id its start in ms."""
    if session.key is None:
        return session.start
    return int(session.key) if re.fullmatch(r"[0-9]{1,18}", session.key) else session.key


def _summary(answer: Timeline, backend: Backend) -> Json:
    catalog, now = backend.engine.context().catalog, answer.context
    own = catalog.people.person(answer.user)
    found: Json = {
        "user_id": answer.user,
        "canonical_amplitude_id": own,
        "merged_amplitude_ids": _ids(catalog, answer.merged),
        "num_events": answer.total_events,
        "num_sessions": answer.total_sessions,
        "usage_time": round(answer.usage_seconds * 1000),
        "first_used": answer.days[0] if answer.days else None,
        "last_used": answer.days[-1] if answer.days else None,
        **_revenue(answer.user, backend),
        **{key: now.get(catalog.field(column).name) for key, column in _CONTEXT},
        "device_ids": list(answer.devices),
        **_said(catalog, own or 0),
        "properties": dict(answer.traits),
    }
    return {**found, "paying": found["purchases"] > 0}


def _ids(catalog: Catalog, users: Sequence[str]) -> list[int]:
    """Return the identities of user ids themselves, whoever they count for."""
    query = "select id from identities where kind = 0 and key = ?"
    return [id_ for user in users for (id_,) in catalog.read(query, (user,))]


def _said(catalog: Catalog, actor: int) -> Json:
    """Return what only single events have: the latest carrier and location, the first version."""
    own = f"from events e where e.actor = ? and {KEPT}"
    first = catalog.read(f"select e.version {own} order by e.ts, e.seq limit 1", (actor,))
    version = catalog.values.of("version").get(first[0][0]) if first else None
    lat, lng = (_latest(catalog, actor, keys) for keys in (LATITUDE, LONGITUDE))
    place = {"lat": lat, "lng": lng} if lat is not None and lng is not None else None
    return {
        "carrier": _latest(catalog, actor, CARRIER),
        "start_version": version,
        "last_location": place,
    }


CARRIER = ("carrier", "$carrier")
LATITUDE = ("location_lat", "latitude", "lat", "$latitude")
LONGITUDE = ("location_lng", "longitude", "lng", "$longitude")


def _latest(catalog: Catalog, actor: int, keys: Sequence[str]) -> Any:
    """Return the newest value of a property with one of these names; None if there is none."""
    held = ", ".join("json_extract(p.properties, ?)" for _ in keys)
    rows = catalog.read(
        f"""
        select coalesce({held}, null) as value
        from events e join event_properties p on p.seq = e.seq
        where e.actor = ? and {KEPT} and value is not null
        order by e.ts desc, e.seq desc
        limit 1
        """,
        (*(json_path((key,)) for key in keys), actor),
    )
    return rows[0][0] if rows else None


def _revenue(user: str, backend: Backend) -> Json:
    """Return how many revenue events a user had, and their revenue (core.catalog.revenue)."""
    asked = {
        "event": "revenue_amount", "range": "all_time", "granularity": "yearly",
        "conditions": [{"field": "user", "operator": "eq", "value": user}],
    }  # fmt: skip
    count = backend.answer("trend", measure="count", **asked).lines[0].total
    brought = backend.answer("trend", measure="sum", property=AMOUNT, **asked)
    return {"purchases": count, "revenue": brought.lines[0].total}


_CONTEXT = (
    ("platform", "platform"), ("os", "os"), ("version", "version"), ("device", "device_model"),
    ("device_type", "device_type"), ("country", "country"), ("region", "region"),
    ("city", "city"), ("dma", "dma"), ("language", "language"),
)  # fmt: skip


def _event(event: TimelineEvent, user: str, session: int | str) -> Json:
    return {
        "event_type": event.event, "event_time": moment(event.ts), "user_id": user,
        "session_id": session, "event_properties": event.properties, **event.context,
    }  # fmt: skip


def short(label: str, *, year: bool = False) -> str:
    """Return an ISO date as "Aug 14" or "Aug 14, 2021"; with a time of day "Aug 14, 15:05"."""
    when = date.fromisoformat(label[:10])
    hour = f", {label[11:]}" if len(label) > 10 else ""
    return f"{when:%b %d}" + (f", {when.year}" if year else "") + hour
