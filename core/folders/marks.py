"""Marks from elsewhere: the tags of a git repository, a CSV file, a calendar (ICS).

Each has an id that follows from where it comes from, so that taking them over again adds nothing.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from core.definitions.saved import CATEGORIES, PREFIXES, Mark
from core.definitions.shared import checked, id_from
from core.errors import BadInput
from core.store.library.saved import Saved
from core.text import clean, cut
from core.timeframe import Calendar

When = Callable[[str], int]
"""The text of a time -> UTC ms; raises BadInput."""

_LONGEST: Final = 200
_GIT: Final = "%(refname:short)%09%(objectname)%09%(*objectname)%09%(creatordate:unix)%09%(subject)"

_COLUMNS: Final = {
    "title": ("title", "name", "summary", "text", "mark", "event", "subject"),
    "at": ("at", "when", "date", "time", "start", "timestamp", "day"),
    "until": ("until", "end", "to"),
    "description": ("description", "notes", "note", "details"),
    "category": ("category", "type", "kind"),
    "ref": ("ref", "url", "link", "reference"),
    "tags": ("tags", "labels"),
}
"""What a mark has -> the columns that may be it, the first one there."""


class Found(NamedTuple):
    """A mark as it comes from elsewhere.

    Attributes:
        origin: what tells it from others of its source.
        at, until: UTC ms.
    """

    origin: str
    title: str
    at: int
    until: int | None = None
    description: str = ""
    category: str = ""
    ref: str = ""
    tags: tuple[str, ...] = ()


def from_git(path: Path, pattern: str = "") -> list[Found]:
    """Return the tags of a repository, each at the time it was made.

    Args:
        pattern: only tags whose name matches it, as git reads it: "v*".

    Raises:
        BadInput: there is no repository, or no git.
    """
    command = ["git", "-C", str(path), "for-each-ref", f"--format={_GIT}", f"refs/tags/{pattern}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise BadInput(f"git could not be run: {error.strerror}.") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise BadInput(f"git says: {clean(said)}.".replace("..", "."))
    return list(_tags(done.stdout.decode(errors="replace")))


def _tags(text: str) -> Iterator[Found]:
    for line in text.splitlines():
        name, own, commit, seconds, subject = (*line.split("\t", 4), "", "", "", "")[:5]
        if seconds.isdigit():
            ref = commit or own
            yield Found(f"git {name} {ref}", name, int(seconds) * 1000, None, subject, ref=ref)


def from_csv(text: str, when: When) -> list[Found]:
    """Return the rows of a table with a header.

    Raises:
        BadInput: no column is a title or a time, or a time is none; the message names the line.
    """
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = {name.strip().lower(): name for name in reader.fieldnames or () if name}
    columns = {
        field: next((names[name] for name in known if name in names), "")
        for field, known in _COLUMNS.items()
    }
    for field in ("title", "at"):
        if not columns[field]:
            known = ", ".join(_COLUMNS[field])
            raise BadInput(f"No column is the {field} of a mark.", f"Call it one of {known}.")
    found = []
    for row in reader:
        values = {field: (row.get(column) or "").strip() for field, column in columns.items()}
        if any(values.values()):
            try:
                found.append(_of_row(values, when))
            except BadInput as error:
                raise BadInput(f"Line {reader.line_num}: {error.message}", error.hint) from error
    return found


def _of_row(values: Mapping[str, str], when: When) -> Found:
    return Found(
        f"csv {values['at']} {values['title']}",
        values["title"],
        when(values["at"]),
        when(values["until"]) if values["until"] else None,
        values["description"],
        values["category"].lower(),
        values["ref"],
        tuple(part.strip() for part in re.split("[,;|]", values["tags"]) if part.strip()),
    )


# -- calendars


def is_calendar(text: str) -> bool:
    """Whether a text is a calendar for `from_ics`."""
    return "BEGIN:VCALENDAR" in text[:1_000].upper()


def from_ics(text: str, calendar: Calendar) -> list[Found]:
    """Return the events of a calendar; of one that repeats its first time.

    Days are those of the workspace's zone, as are times without a zone.

    Raises:
        BadInput: it is no calendar.
    """
    if not is_calendar(text):
        raise BadInput("This is no calendar.", "It begins with BEGIN:VCALENDAR.")
    found: list[Found] = []
    event: dict[str, tuple[dict[str, str], str]] | None = None
    for line in _unfolded(text):
        name, parameters, value = _property(line)
        if (name, value.upper()) == ("BEGIN", "VEVENT"):
            event = {}
        elif (name, value.upper()) == ("END", "VEVENT") and event is not None:
            if "DTSTART" in event:
                found.append(_of_event(event, calendar))
            event = None
        elif event is not None:
            event.setdefault(name, (parameters, value))
    return found


def _unfolded(text: str) -> Iterator[str]:
    """Yield lines; one that begins with a space goes on with the line before."""
    yield from re.sub(r"\r?\n[ \t]", "", text).splitlines()


_PROPERTY: Final = re.compile(r'([\w-]+)((?:;[\w-]+=(?:"[^"]*"|[^";:]*))*):(.*)')


def _property(line: str) -> tuple[str, dict[str, str], str]:
    found = _PROPERTY.fullmatch(line.strip())
    if found is None:
        return "", {}, ""
    pairs = (pair.partition("=") for pair in found[2].split(";") if pair)
    return found[1].upper(), {k.upper(): v.strip('"') for k, _, v in pairs}, found[3]


def _of_event(event: Mapping[str, tuple[dict[str, str], str]], calendar: Calendar) -> Found:
    at, of_days = _ics_time(*event["DTSTART"], calendar)
    until = None
    if "DTEND" in event:
        until = _ics_time(*event["DTEND"], calendar)[0]
        if of_days:
            until = None if until <= calendar.day_start(calendar.day_of(at) + 1) else until - 1
    title = _plain(event.get("SUMMARY", ({}, ""))[1]) or "(no title)"
    identity = event.get("UID", ({}, f"{at} {title}"))[1]
    return Found(
        f"ics {identity}", title, at, until if until is None or until > at else None,
        _plain(event.get("DESCRIPTION", ({}, ""))[1]), "", event.get("URL", ({}, ""))[1],
        tuple(_plain(each) for each in event.get("CATEGORIES", ({}, ""))[1].split(",") if each),
    )  # fmt: skip


def _ics_time(parameters: Mapping[str, str], value: str, calendar: Calendar) -> tuple[int, bool]:
    """Return an instant in UTC ms, and whether only its day is given.

    Raises:
        BadInput: it is no time, or its zone is not known.
    """
    try:
        if re.fullmatch(r"\d{8}", value):
            return calendar.instant(datetime.strptime(value, "%Y%m%d")), True
        wall = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")
    except ValueError as error:
        raise BadInput(f"{clean(value)!r} is no time of a calendar.") from error
    if value.endswith("Z"):
        return Calendar("UTC").instant(wall), False
    zone = parameters.get("TZID", "")
    return (Calendar(zone) if zone else calendar).instant(wall), False


def _plain(text: str) -> str:
    """Return a text without the escapes of calendars."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text).strip()


# -- storing


class Taken(NamedTuple):
    """How many marks are new, changed, and known already."""

    new: int
    changed: int
    known: int


def take_over(saved: Saved, found: Iterable[Found], fields: Mapping[str, Any]) -> Taken:
    """Store marks from elsewhere, all at once; those that were deleted stay so.

    Args:
        fields: what all of them have: category, tags, scope.

    Raises:
        BadInput: a mark is not valid; nothing is stored then.
    """
    marks = {mark.id: mark for mark in (_mark(each, fields) for each in found)}
    kept = saved.moments.some(marks)
    gone = {id_ for id_, _, _ in saved.deleted("marks")}
    fresh = [mark for id_, mark in marks.items() if id_ not in kept and id_ not in gone]
    changed = []
    for id_, before in kept.items():
        mark = marks[id_]
        if (before.title, before.timestamp, before.end_at) != (
            mark.title, mark.timestamp, mark.end_at,
        ):  # fmt: skip
            moved = {"title": mark.title, "timestamp": mark.timestamp, "end_at": mark.end_at}
            changed.append(before.model_copy(update=moved))
    if fresh or changed:
        with saved.access.writing() as connection:
            for mark in (*fresh, *changed):
                saved.moments.put(connection, mark)
    return Taken(len(fresh), len(changed), len(marks) - len(fresh) - len(changed))


def _mark(found: Found, fields: Mapping[str, Any]) -> Mark:
    category = found.category if found.category in CATEGORIES else "release"
    own = {
        "id": id_from(PREFIXES["marks"], found.origin), "title": cut(found.title, _LONGEST),
        "timestamp": found.at, "end_at": found.until, "category": category,
        "description": found.description[:2_000], "source_ref": found.ref[:2_000],
        "tags": tuple(tag[:50] for tag in found.tags[:20]),
    }  # fmt: skip
    return checked(Mark, {**own, **fields})
