"""What there are pictures of: every place, the pages and boxes above them, and every chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.keys import PLACES


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        name: of its file.
        place: where it begins.
        keys: pressed there, as Textual names them.
        question: opened there as text before the keys; names in braces are those of `Names`.
        typed: written into the field that the keys opened.
    """

    name: str
    place: str
    keys: tuple[str, ...] = ()
    question: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Names:
    """Names of events and fields in a workspace, the most common event first."""

    first: str
    second: str
    third: str
    figure: str
    by: str
    other: str

    def filled(self, text: str) -> str:
        """Return a question with these names in the place of theirs."""
        for name, value in vars(self).items():
            text = text.replace("{" + name + "}", value)
        return text


SAMPLE = Names(
    "signup", "email_verified", "project_created", "purchase.amount", "source", "country"
)
"""The sample's."""

CHARTS: Mapping[str, str] = {
    "line": "users of {first}",
    "line-compared": "users of {first} vs prev",
    "lines": "users of {first} by {by}",
    "lines-compared": "users of {first} by {by} vs prev",
    "bars": "users of {first} by {by} weekly last 90d as bars",
    "area": "{first} by {by} weekly last 90d as area",
    "table": "users of {first} by {by} vs prev as table",
    "number": "users of {first} vs prev as number",
    "days": "dau last 90d",
    "year": "dau last 90d as calendar",
    "lifecycle": "lifecycle weekly last 90d as bars",
    "funnel": "{first} > {second} > {third}",
    "funnel-by": "{first} > {second} > {third} by {by}",
    "funnel-small": "{first} > {second} > {third} by {by} as small",
    "funnel-trend": "trend of {first} > {second} weekly last 90d",
    "retention": "retention weekly last 90d",
    "retention-by": "retention weekly by {by} last 90d",
    "retention-curve": "retention weekly last 90d as curve",
    "hours": "weekday of {first} hourly",
    "ltv": "ltv weekly last 90d",
    "convert": "time to convert {first} > {second}",
    "histogram": "sessions length",
    "treemap": "group events by {other} size users shade p90 per actor top 8",
    "paths": "paths from {first} 4 steps within 1d",
    "top": "top 20 events by users",
    "explain": "explain users of {first} by {other}",
    "raw": "raw events of {first} limit 50",
    "intervals": "usage interval of {first} last 90d",
    "correlation": "correlation of {first} > {second}",
}
"""Name -> question; those that a workspace refuses are left out."""

PAGES = (
    Shot("1-boards", "boards", ("escape",)),
    *(Shot(f"{digit}-{place}", place) for place, digit, _ in PLACES if place != "boards"),
    Shot("1-board", "boards", ("escape", "enter")),
    Shot("1-tile", "boards", ("escape", "enter", "tab", "tab", "tab", "tab", "enter")),
    Shot("2-metrics-by", "metrics", ("down", "down")),
    Shot("3-people", "funnel", ("enter",), "{first} > {second} > {third}"),
    Shot("3-person", "funnel", ("enter", "enter"), "{first} > {second} > {third}"),
    Shot("3-editor", "funnel", ("e",)),
    Shot("4-editor", "retention", ("e",)),
    Shot("2-new", "metrics", ("n",)),
    Shot("7-event", "events", ("enter",)),
    Shot("8-person", "users", ("enter",)),
    Shot("box-palette", "metrics", ("colon",)),
    Shot("box-help", "metrics", ("question_mark",)),
    Shot("box-range", "metrics", ("r",)),
    Shot("box-breakdown", "metrics", ("b",)),
    Shot("box-filter", "metrics", ("f",)),
    Shot("box-inspect", "funnel", ("i",), "{first} > {second} > {third}"),
    Shot("box-themes", "boards", ("colon", "enter"), typed="theme"),
)

SHOTS = (
    *PAGES,
    *(Shot(f"chart-{name}", "metrics", (), text) for name, text in CHARTS.items()),
)

README = {"board": "1-board"}
"""Name in docs/ -> the shot it shows, at 120x40 in the dark theme."""
