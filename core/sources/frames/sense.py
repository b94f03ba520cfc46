"""Whether objects and lines make sense as events, requests or logs as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.sources.fields import understand
from core.sources.logs import looks_like_logs
from core.sources.text.choose import choose
from core.sources.text.parts import columns_of
from core.sources.text.reading import Notes
from core.sources.vendors import of_lines, of_names
from core.sources.web import logs as weblogs


def are_known(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects are a vendor's, or the requests of a web server."""
    first = objects[0] if objects else {}
    return (
        of_lines(objects) is not None
        or of_names(first) is not None
        or weblogs.of_objects(objects) is not None
    )


def are_logs(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects are logs."""
    return bool(objects) and looks_like_logs(tuple(objects[0]))


def are_events(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects have an event and a time, by their names and values."""
    columns = columns_of(objects)
    plan = understand(tuple(columns), {}, None, choose(columns, {}, "", Notes()))
    if not plan.complete or plan.event < 0:
        return False
    names = [found.get(plan.names[plan.event]) for found in objects]
    return any(name.__class__ is str for name in names)


def make_sense(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether objects can be read as they are."""
    return bool(objects) and (are_known(objects) or are_logs(objects) or are_events(objects))
