"""One person: their summary, and what they did, session by session."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.answers import Timeline, TimelineEvent
from core.draw.legend import flowed, wrapped
from core.draw.spans import Line, Look, Span, safe, under_cursor
from core.draw.table import when_text
from core.text import cut, duration, fit, things, width

FOLD_FROM = 4
GAP = 5 * 60_000
"""The least time in ms between two events of a session that is shown as a gap."""

Cursor = tuple[int, int] | None


@dataclass(frozen=True)
class Fold:
    """A line of a timeline: the event at index `first`, or it and the same events after it."""

    first: int
    count: int


def folds(answer: Timeline) -> list[Fold]:
    """Return the lines: four or more events in a row with one name and session are one line."""
    found: list[Fold] = []
    index, events = 0, answer.events
    while index < len(events):
        stop = index + 1
        while (
            stop < len(events)
            and events[stop].event == events[index].event
            and events[stop].session == events[index].session
        ):
            stop += 1
        if stop - index >= FOLD_FROM:
            found.append(Fold(index, stop - index))
        else:
            found.extend(Fold(i, 1) for i in range(index, stop))
        index = stop
    return found


def by_variety(rows: Sequence[Mapping[str, object]]) -> dict[str, int]:
    """Return the keys of properties with their ranks, those first that differ most from row to row:
    what is the same in all says least.
    """
    seen: dict[str, list[str]] = {}
    for row in rows:
        for key, value in row.items():
            seen.setdefault(key, []).append(str(value))
    kept = sorted(seen, key=lambda key: -len(set(seen[key])) / len(seen[key]))
    return {key: at for at, key in enumerate(kept)}


def timeline_chart(
    answer: Timeline, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw the person's summary, and below it their events under headings by day and session."""
    head = _head(answer, size, look)
    if height < len(head) + 4:
        head = head[: max(height // 4, 1)]
    body = _body(answer, size, look, cursor)
    rows = max(height - len(head) - 1, 1)
    at = next((i for i, line in enumerate(body) if line and line[0].style[:3] == "row"), 0)
    start = 0 if at < rows else min(at - rows // 2, max(len(body) - rows, 0))
    more = answer.total_events - len(answer.events)
    left = [f"{things(more, 'more event')}."] if answer.truncated and more > 0 else []
    tail = wrapped(left, size)
    return [*head, (), *body[start : start + rows], *tail, *wrapped(list(answer.notes), size)]


def _head(answer: Timeline, size: int, look: Look) -> list[Line]:
    if answer.first_seen is None or answer.last_seen is None:
        return [(Span(f"{safe(answer.user)} was never seen.", "dim"),)]
    seen = (
        f"first seen {when_text(answer.first_seen, look)}   "
        f"last seen {when_text(answer.last_seen, look)}"
    )
    counts = f"{things(answer.total_events, 'event')}  {things(answer.total_sessions, 'session')}"
    counts += f"  {duration(answer.usage_seconds)}" if answer.usage_seconds else ""
    lines: list[Line] = []
    if width(seen) + width(counts) + 3 <= size:
        lines.append((Span(seen, "dim"), Span("   "), Span(counts, "bold")))
    else:
        parts = [seen] if width(seen) <= size else seen.split("   ")
        lines += [*((Span(part, "dim"),) for part in parts), (Span(counts, "bold"),)]
    known = {**answer.traits, **answer.context}
    if known:
        lines += flowed(
            ((Span(f"{safe(k, 40)}={_value(v)}"),) for k, v in known.items()), size, "  "
        )
    also = [*answer.merged, *(f"device {d}" for d in answer.devices)]
    if also:
        lines += wrapped(["also " + ", ".join(safe(a, 60) for a in also)], size)
    if answer.segments:
        lines.append(
            (
                Span("segments ", "dim"),
                Span(", ".join(safe(s.replace("_", " ")) for s in answer.segments)),
            )
        )
    return [*lines, _activity(answer, size, look)] if answer.days else lines


def _activity(answer: Timeline, size: int, look: Look) -> Line:
    """One cell per day over the last days before the person was last seen."""
    from datetime import date, timedelta

    if not answer.days:
        return ()
    active = set(answer.days)
    last = date.fromisoformat(answer.days[-1])
    first = date.fromisoformat(answer.days[0])
    count = min((last - first).days + 1, max(size - 34, 7), 90)
    start = last - timedelta(days=count - 1)
    on, off = look.pick("█", "#"), look.pick("·", ".")
    days = [(start + timedelta(days=n)).isoformat() for n in range(count)]
    return (
        Span(f"{things(len(answer.days), 'active day')}  ", "dim"),
        Span(f"{start:%b %d} ", "dim"),
        Span("".join(on if day in active else off for day in days), "series0"),
        Span(f" {last:%b %d}", "dim"),
    )


def _body(answer: Timeline, size: int, look: Look, cursor: Cursor) -> list[Line]:
    lines: list[Line] = []
    name = min(max((width(safe(e.event)) for e in answer.events), default=0), 28)
    ranks = by_variety([e.properties for e in answer.events])
    heading: tuple[str, int] | None = None
    before: TimelineEvent | None = None
    for index, fold in enumerate(folds(answer)):
        event = answer.events[fold.first]
        day = _local(event, look, "%a %b %d %Y")
        if heading != (day, event.session):
            heading = (day, event.session)
            lines += _away(before, event, look)
            lines.append(_heading(answer, event, day, size))
        elif before is not None and abs(event.ts - before.ts) >= GAP:
            lines.append(_gap(abs(event.ts - before.ts), look, ""))
        before = answer.events[fold.first + fold.count - 1]
        here = cursor is not None and cursor[0] == index
        told = sorted(event.properties.items(), key=lambda pair: ranks[pair[0]])
        line = _event(answer, fold, _pairs(told), name, size, look, here)
        lines.append(under_cursor(line, size) if here else line)
    return lines


def _away(before: TimelineEvent | None, event: TimelineEvent, look: Look) -> list[Line]:
    """The line between two sessions: how long the person was away."""
    if before is None or before.session == event.session:
        return []
    return [_gap(abs(event.ts - before.ts), look, " away")]


def _gap(ms: int, look: Look, what: str) -> Line:
    rule = look.pick("┄┄", "--")
    return (Span(f"            {rule} {duration(ms / 1000)}{what} {rule}", "muted"),)


def sessions_at(answer: Timeline) -> list[int]:
    """Return the rows at which another session begins, as the cursor counts them."""
    starts, before = [], None
    for row, fold in enumerate(folds(answer)):
        session = answer.events[fold.first].session
        if session != before:
            starts.append(row)
        before = session
    return starts


def _local(event: TimelineEvent, look: Look, pattern: str) -> str:
    try:
        return look.calendar.local(event.ts).strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return str(event.ts)


def _heading(answer: Timeline, event: TimelineEvent, day: str, size: int) -> Line:
    found = [Span(day, "title")]
    session = next((s for s in answer.sessions if s.number == event.session), None)
    if session is not None:
        spent = duration((session.end - session.start) / 1000)
        plural = "event" if session.events == 1 else "events"
        parts = ["", f"session {session.number}", spent, f"{session.events:,} {plural}"]
        text = "   ".join(parts)
        close = width(day) + width(text) > size
        found.append(Span("  ".join(parts) if close else text, "dim"))
    return tuple(found)


def _event(
    answer: Timeline, fold: Fold, told: str, name: int, size: int, look: Look, here: bool
) -> Line:
    event = answer.events[fold.first]
    start = Span(look.pick("› ", "> ") if here else "  ")
    if fold.count > 1:
        last = answer.events[fold.first + fold.count - 1]
        text = f"{look.pick('⋯', '--')} {fold.count:,} × {safe(event.event)} until "
        return (
            start,
            Span(_local(event, look, "%H:%M:%S  "), "dim"),
            Span(text + _local(last, look, "%H:%M:%S"), "dim"),
        )
    room = size - 14 - name
    return (
        start,
        Span(_local(event, look, "%H:%M:%S  "), "dim"),
        Span(fit(safe(event.event), name)),
        Span("  "),
        Span(cut(told, room) if room > 3 else "", "dim"),
    )


def _pairs(items: Iterable[tuple[str, object]]) -> str:
    return "  ".join(f"{safe(key, 40)}={_value(value)}" for key, value in items)


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return safe(text, 80)
