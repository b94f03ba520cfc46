"""The parameters of the Dashboard REST API, with their defaults and bounds."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from core.api.route import Asked
from core.errors import BadQuestion

INTERVALS = {"-300000": "five_minute", "-3600000": "hourly", "1": "daily", "7": "weekly",
             "30": "monthly"}  # fmt: skip
LONGEST = {"five_minute": 2, "hourly": 7, "daily": 365}
"""Granularity -> the most days the document shows of it."""


def _date(text: str, info: ValidationInfo) -> str:
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text)
    with suppress(ValueError):
        if found is not None:
            return date(*map(int, found.groups())).isoformat()
    name = str(info.field_name)
    raise BadQuestion(
        f"{name} {text!r} is not a date.", "It is written YYYYMMDD, for example 20221001.",
        parameter=name,
    )  # fmt: skip


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
        """How many days the range has."""
        return (date.fromisoformat(self.end) - date.fromisoformat(self.start)).days + 1

    @property
    def range(self) -> str:
        """The range as questions write it."""
        return f"{self.start},{self.end}"


class Segmented(Dates):
    """What most charts take."""

    i: Literal["1", "7", "30"] = Field("1", description="1, 7 or 30: daily, weekly or monthly.")
    s: tuple[str, ...] = Field((), description="Segment definitions, JSON; one per segment.")
    g: tuple[str, ...] = Field((), max_length=1, description="The property to group by.")
    limit: int = Field(100, ge=1, le=1000, description="Groups returned, the largest.")

    @property
    def granularity(self) -> str:
        """The interval as questions name it."""
        return INTERVALS[self.i]

    @model_validator(mode="after")
    def _group_one_segment(self) -> Segmented:
        if self.g and len(self.s) > 1:
            raise BadQuestion("g is available with a single segment.", parameter="g")
        return self


class Clocked(Segmented):
    """What takes intervals down to 5 minutes."""

    i: Literal["-300000", "-3600000", "1", "7", "30"] = Field(  # type: ignore[assignment]
        "1", description="-300000, -3600000, 1, 7 or 30: 5 minutes to months."
    )
    g: tuple[str, ...] = Field((), max_length=2, description="The properties to group by.")
    limit: int = Field(100, ge=1, le=1000, description="Group-by values returned.")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know of so long a range in this interval."""
        longest = LONGEST.get(self.granularity, self.days)
        if self.days <= longest:
            return ()
        return (f"The interval {self.i} is meant for at most {longest} days, not {self.days}.",)


class Users(Segmented):
    """Active or new users."""

    g: tuple[str, ...] = Field((), max_length=2, description="The properties to group by.")
    m: Literal["active", "new"] = Field("active", description="active or new.")


class SessionLength(Dates):
    """Session lengths; custom bins that are invalid or not whole fall back to the usual ones."""

    timeHistogramConfigBinTimeUnit: str | None = Field(
        None, description="hours, minutes or seconds."
    )
    timeHistogramConfigBinMin: str | None = Field(None, description="Least length.")
    timeHistogramConfigBinMax: str | None = Field(None, description="Greatest length.")
    timeHistogramConfigBinSize: str | None = Field(None, description="Size of a bin.")


class Composition(Dates):
    """Users by the value of a property."""

    p: str = Field(min_length=1, description="The property.")
    limit: int = Field(100, ge=1, le=1000, description="Values returned, the most frequent.")


class Segmentation(Clocked):
    """One or two events."""

    e: tuple[str, ...] = Field(min_length=1, max_length=2, description="A full event, JSON.")
    e2: str | None = Field(None, description="A second event, JSON.")
    m: Literal[
        "uniques", "totals", "pct_dau", "average", "histogram", "sums", "value_avg", "formula"
    ] = Field("uniques", description="The metric.")
    n: Literal["any", "active"] | None = Field(None, description="Users: any or active.")
    formula: str | None = Field(None, description="With m=formula: UNIQUES(A)/UNIQUES(B).")
    rollingWindow: int | None = Field(None, ge=2, description="Buckets of a window.")
    rollingAverage: int | None = Field(None, ge=2, description="Buckets averaged.")

    @model_validator(mode="after")
    def _whole(self) -> Segmentation:
        if self.m == "formula" and not self.formula:
            raise BadQuestion("formula is missing.", "m=formula needs it.", parameter="formula")
        if len(self.e) == 2 and self.e2:
            raise BadQuestion("e2 would be a third event.", "Two at most.", parameter="e2")
        if self.formula and self.m != "formula":
            raise BadQuestion(
                f"formula does not suit m={self.m}.", "It needs m=formula.", parameter="formula"
            )
        if self.rollingWindow and self.rollingAverage:
            raise BadQuestion(
                "rollingWindow and rollingAverage cannot be combined.",
                "Give one of them.",
                parameter="rollingAverage",
            )
        return self

    @property
    def events(self) -> tuple[tuple[str, str], ...]:
        """The events with the parameter each came in."""
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

    se: str = Field(description="Starting event, JSON; _new or _active too.")
    re: str = Field(description="Returning event, JSON; _all or _active too.")
    rm: Literal["n-day", "rolling", "bracket"] = Field("n-day", description="Retention type.")
    limit: int = Field(100, ge=1, le=300, description="Groups returned, the largest.")
    rb: str | None = Field(None, description="With rm=bracket: days, [[0, 5]] or [0, 5].")

    @model_validator(mode="after")
    def _brackets(self) -> Retention:
        if self.rm == "bracket" and not self.rb:
            raise BadQuestion("rb is missing.", "rm=bracket needs [[0, 5]].", parameter="rb")
        if self.rb and self.rm != "bracket":
            raise BadQuestion(
                f"rb does not suit rm={self.rm}.", "It needs rm=bracket.", parameter="rb"
            )
        if self.rb and self.i != "1":
            raise BadQuestion(
                "i does not suit rm=bracket.", "Brackets are of days: i=1.", parameter="i"
            )
        return self


class UserActivity(Asked):
    """One user."""

    user: str = Field(min_length=1, description="Amplitude ID of the user.")
    offset: int = Field(0, ge=0, description="Events to skip.")
    limit: int = Field(1000, ge=0, le=1000, description="Events to return, counted from 0.")
    direction: Literal["earliest", "latest"] = Field("latest", description="Which end.")


class UserSearch(Asked):
    """A search."""

    user: str = Field(min_length=1, description="Amplitude ID, device ID, user ID or its prefix.")


class Realtime(Asked):
    """Real-time users."""

    i: Literal["5"] = Field("5", description="Minutes of a bucket.")


class Ltv(Segmented):
    """Lifetime value."""

    m: Literal["0", "1", "2", "3"] = Field(
        "0", description="0 ARPU, 1 ARPPU, 2 total revenue, 3 paying users."
    )


class Chart(Asked):
    """A saved chart."""

    chart_id: str = Field(min_length=1, description="The chart's id or title.")
