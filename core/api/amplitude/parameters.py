"""The parameters of the Dashboard REST API, with their defaults and bounds."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from core.api.route import Asked
from core.errors import BadQuestion

INTERVALS = {
    "-300000": "five_minute",
    "-3600000": "hourly",
    "1": "daily",
    "7": "weekly",
    "30": "monthly",
}
LONGEST = {"five_minute": 2, "hourly": 7, "daily": 365}
"""Granularity -> the longest documented range, in days."""


def _date(text: str, info: ValidationInfo) -> str:
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)
    with suppress(ValueError):
        if found is not None:
            return date(*map(int, found.groups())).isoformat()
    name = str(info.field_name)
    raise BadQuestion(
        f"{name} {text!r} is not a date.",
        "Write it as YYYYMMDD, for example 20221001.",
        parameter=name,
    )


Date = Annotated[str, AfterValidator(_date)]


class Dates(Asked):
    """The range."""

    start: Date = Field(description="First date, YYYYMMDD.")
    end: Date = Field(description="Last date, YYYYMMDD.")

    @model_validator(mode="after")
    def _forward(self) -> Dates:
        if self.end < self.start:
            raise BadQuestion("end is before start.", parameter="end")
        return self

    @property
    def days(self) -> int:
        """The number of days in the range."""
        return (date.fromisoformat(self.end) - date.fromisoformat(self.start)).days + 1

    @property
    def range(self) -> str:
        """The range as questions write it."""
        return f"{self.start},{self.end}"


class Segmented(Dates):
    """Parameters of most charts."""

    i: Literal["1", "7", "30"] = Field("1", description="1, 7 or 30: daily, weekly or monthly.")
    s: tuple[str, ...] = Field((), description="Segment definitions, JSON; one per segment.")
    g: tuple[str, ...] = Field((), max_length=1, description="The property to group by.")
    limit: int = Field(100, ge=1, le=1000, description="How many groups to return, largest first.")

    @property
    def granularity(self) -> str:
        """The interval, as named in questions."""
        return INTERVALS[self.i]

    @model_validator(mode="after")
    def _group_one_segment(self) -> Segmented:
        if self.g and len(self.s) > 1:
            raise BadQuestion("g is only available with a single segment.", parameter="g")
        return self


class Clocked(Segmented):
    """Parameters of charts with intervals down to 5 minutes."""

    i: Literal["-300000", "-3600000", "1", "7", "30"] = Field(  # type: ignore[assignment]
        "1", description="-300000, -3600000, 1, 7 or 30: 5 minutes to months."
    )
    g: tuple[str, ...] = Field((), max_length=2, description="The properties to group by.")
    limit: int = Field(100, ge=1, le=1000, description="How many group-by values to return.")

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about a range too long for its interval."""
        longest = LONGEST.get(self.granularity, self.days)
        if self.days <= longest:
            return ()
        return (f"The interval {self.i} is meant for at most {longest} days, not {self.days}.",)


class Users(Segmented):
    """Active or new users."""

    g: tuple[str, ...] = Field((), max_length=2, description="The properties to group by.")
    m: Literal["active", "new"] = Field("active", description="active or new.")


class SessionLength(Dates):
    """Session lengths; custom bins that are invalid or not integers fall back to the defaults."""

    timeHistogramConfigBinTimeUnit: str | None = Field(
        None, description="hours, minutes or seconds."
    )
    timeHistogramConfigBinMin: str | None = Field(None, description="Minimum length.")
    timeHistogramConfigBinMax: str | None = Field(None, description="Maximum length.")
    timeHistogramConfigBinSize: str | None = Field(None, description="Bin size.")


class Composition(Dates):
    """Users by the value of a property."""

    p: str = Field(min_length=1, description="The property.")
    limit: int = Field(
        100, ge=1, le=1000, description="How many values to return, most frequent first."
    )


class Segmentation(Clocked):
    """One or two events."""

    e: tuple[str, ...] = Field(min_length=1, max_length=2, description="A full event, JSON.")
    e2: str | None = Field(None, description="A second event, JSON.")
    m: Literal[
        "uniques", "totals", "pct_dau", "average", "histogram", "sums", "value_avg", "formula"
    ] = Field("uniques", description="The metric.")
    n: Literal["any", "active"] | None = Field(None, description="Users: any or active.")
    formula: str | None = Field(None, description="With m=formula: UNIQUES(A)/UNIQUES(B).")
    rollingWindow: int | None = Field(None, ge=2, description="Length of the window, in buckets.")
    rollingAverage: int | None = Field(None, ge=2, description="How many buckets to average.")

    @model_validator(mode="after")
    def _whole(self) -> Segmentation:
        if self.m == "formula" and not self.formula:
            raise BadQuestion("formula is missing.", "m=formula requires it.", parameter="formula")
        if len(self.e) == 2 and self.e2:
            raise BadQuestion(
                "e2 may be given at most twice.", "At most two are allowed.", parameter="e2"
            )
        if self.formula and self.m != "formula":
            raise BadQuestion(
                f"formula does not apply to m={self.m}.",
                "It requires m=formula.",
                parameter="formula",
            )
        if self.rollingWindow and self.rollingAverage:
            raise BadQuestion(
                "rollingWindow and rollingAverage cannot be combined.",
                "Give only one of them.",
                parameter="rollingAverage",
            )
        return self

    @property
    def events(self) -> tuple[tuple[str, str], ...]:
        """The events, each with its parameter."""
        more = ((self.e2, "e2"),) if self.e2 else ()
        return (*((text, "e") for text in self.e), *more)


class Funnel(Clocked):
    """A funnel."""

    e: tuple[str, ...] = Field(min_length=1, max_length=10, description="A full event per step.")
    mode: Literal["ordered", "unordered", "sequential"] = Field(
        "ordered", description="ordered, unordered or sequential."
    )
    n: Literal["new", "active"] = Field("active", description="Users: new or active.")
    cs: int = Field(2_592_000, ge=1, description="Conversion window in seconds.")


class Retention(Segmented):
    """Retention."""

    se: str = Field(description="Starting event, JSON; also _new or _active.")
    re: str = Field(description="Returning event, JSON; also _all or _active.")
    rm: Literal["n-day", "rolling", "bracket"] = Field("n-day", description="Retention type.")
    limit: int = Field(100, ge=1, le=300, description="How many groups to return, largest first.")
    rb: str | None = Field(None, description="With rm=bracket: days, [[0, 5]] or [0, 5].")

    @model_validator(mode="after")
    def _brackets(self) -> Retention:
        if self.rm == "bracket" and not self.rb:
            raise BadQuestion(
                "rb is missing.", "rm=bracket requires it, for example [[0, 5]].", parameter="rb"
            )
        if self.rb and self.rm != "bracket":
            raise BadQuestion(
                f"rb does not apply to rm={self.rm}.", "It requires rm=bracket.", parameter="rb"
            )
        if self.rb and self.i != "1":
            raise BadQuestion(
                "i does not apply to rm=bracket.", "Brackets are in days: i=1.", parameter="i"
            )
        return self


class UserActivity(Asked):
    """One user."""

    user: str = Field(min_length=1, description="Amplitude ID of the user.")
    offset: int = Field(0, ge=0, description="Events to skip.")
    limit: int = Field(1000, ge=0, le=1000, description="Events to return, counted from 0.")
    direction: Literal["earliest", "latest"] = Field(
        "latest", description="Which end to start from: the latest or earliest events."
    )


class UserSearch(Asked):
    """A search."""

    user: str = Field(min_length=1, description="Amplitude ID, device ID, user ID or its prefix.")


class Realtime(Asked):
    """Real-time users."""

    i: Literal["5"] = Field("5", description="Bucket size in minutes.")


class Ltv(Segmented):
    """Lifetime value."""

    m: Literal["0", "1", "2", "3"] = Field(
        "0", description="0 ARPU, 1 ARPPU, 2 total revenue, 3 paying users."
    )


class Chart(Asked):
    """A saved chart."""

    chart_id: str = Field(min_length=1, description="The chart's id or title.")
