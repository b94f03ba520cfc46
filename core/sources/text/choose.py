"""The meanings of columns if names alone do not decide: by common names, and by the values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.sources.fields import NAMES, Choice, normal
from core.sources.text import looks
from core.sources.text.names import (
    CLOCKS,
    DATES,
    HOURS,
    MAYBE_EVENT,
    USUAL,
    ZONES,
    plain_names,
)
from core.sources.text.reading import Doubt, Notes
from core.text import clean

_CALLS: Final = frozenset({"track", "identify", "alias", "page", "screen", "group"})
_SHOWN: Final = 60
_SAMPLES: Final = 3

PERSON: Final = re.compile(
    r"user|customer|client|member|account|person|visitor|subscriber|patient|student|player|email"
    r"|login|owner|contact|buyer|guest|uid|e-mail|kunde|mitglied|benutzer|nutzer|cliente?|usuario"
    r"|utilisateur|utente|klant|gebruiker",
    re.IGNORECASE,
)
ID: Final = re.compile(r"(^|[_. -])u?u?id$|[a-z]Id$|_key$|_no$", re.IGNORECASE)
"""What the name of a column that may be the person is like."""
_TIME: Final = re.compile(r"(^|_)(time|date|ts|at|on|when|stamp|created|epoch)(_|$)|time$|date$")
"""What the name of a column of numbers is like that are times."""

_ASKED: Final = 3


def choose(
    columns: Mapping[str, Sequence[Any]], mapping: Mapping[str, str], event: str, notes: Notes
) -> Choice:
    """Decide about the columns of a file.

    Args:
        columns: name -> values at the start of the file, None and "" for missing ones.
        mapping: what the user says; those columns and meanings are left alone.
        event: the name of all events; "" where a column has it.
        notes: gets a sentence on every decision that could have been another.
    """
    return _Chooser(columns, mapping, notes).choice(event)


class _Chooser:
    def __init__(
        self, columns: Mapping[str, Sequence[Any]], mapping: Mapping[str, str], notes: Notes
    ) -> None:
        self._columns = columns
        self._given = {m: name for m, name in mapping.items() if name in columns}
        taken = set(self._given.values())
        self._values = {
            name: looks.some(values) for name, values in columns.items() if name not in taken
        }
        self._normal = plain_names(list(self._values))
        self._notes = notes
        self._chosen: dict[str, str] = {}
        self._avoided: set[str] = set()
        self._date = ""
        self._hint = ""

    def choice(self, event: str) -> Choice:
        self._time()
        self._event(event)
        self._user()
        for meaning in ("device", "session"):
            if meaning not in self._given and not self._known(meaning):
                self._take(meaning, [n for n in self._usual(meaning) if not self._is_no_id(n)])
        self._take_known()
        self._warn_rounded()
        self._warn_zones()
        return Choice(
            mapping=dict(self._chosen),
            avoided=frozenset(self._avoided),
            date=self._date,
            event=event,
            hint=self._hint,
        )

    def _known(self, meaning: str) -> list[str]:
        """Return the columns with a name of `fields.NAMES`, best first, except avoided ones."""
        ranks = NAMES[meaning]
        found = [n for n in self._values if self._normal[n] in ranks and n not in self._avoided]
        return sorted(found, key=lambda name: ranks.index(self._normal[name]))

    def _usual(self, meaning: str) -> list[str]:
        return self._named(USUAL[meaning])

    def _named(self, names: Sequence[str]) -> list[str]:
        free = self._free()
        found = [name for name in free if self._normal[name] in names and self._values[name]]
        return sorted(found, key=lambda name: names.index(self._normal[name]))

    def _free(self) -> list[str]:
        taken = set(self._chosen.values()) | {self._date}
        return [name for name in self._values if name not in taken]

    def _take(self, meaning: str, found: Sequence[str]) -> None:
        """Use the best of several common names, and report the others."""
        if not found:
            return
        best, *others = found
        self._chosen[meaning] = best
        others = [n for n in others if list(self._columns[n]) != list(self._columns[best])]
        if others:
            also = ", ".join(_shown(name) for name in others)
            self._notes.say(
                f"the {meaning} is {_shown(best)} and not {also}; "
                f"--map {meaning}={_shown(others[0])} changes that"
            )
            self._doubt(meaning, [best, *others], best)

    # -- the time

    def _time(self) -> None:
        if "time" in self._given:
            return
        known, usual = self._known("time"), self._usual("time")
        fits = [name for name in known if looks.are_moments(self._values[name])]
        if not fits and self._date_and_clock():
            return
        if not fits:
            fits = [name for name in usual if looks.are_moments(self._values[name])]
            if not fits and not known:
                fits = [name for name in usual if looks.are_days_since(self._values[name])]
            written = self._looking_like_times() if not fits and not known else []
            if len(written) == 1:
                fits = written
            elif not written and not fits and not known:
                self._doubt("time", ())
            elif written:
                shown = ", ".join(map(_shown, written))
                self._hint = f"{shown} look like times: --map time={_shown(written[0])}"
                self._doubt("time", written)
            if fits:
                self._take("time", fits)
        if fits:
            self._avoid([name for name in known if name not in fits and self._values[name]], "time")
        else:
            self._avoid([n for n in known if looks.are_clocks(self._values[n])], "time")

    def _date_and_clock(self) -> bool:
        clocks = [n for n in self._named(CLOCKS) if self._is_clock(n)]
        days = [n for n in self._named(DATES) if looks.are_days(self._values[n])]
        if not days or not clocks:
            days = [n for n in self._named(DATES) if looks.are_days_since(self._values[n])]
            clocks = [n for n in self._named(CLOCKS) if looks.are_fractions(self._values[n])]
        if not clocks or not days:
            return False
        self._chosen["time"], self._date = clocks[0], days[0]
        self._avoid([name for name in self._known("time") if name != clocks[0]], "")
        self._notes.say(f"the time is {_shown(days[0])} together with {_shown(clocks[0])}")
        return True

    def _is_clock(self, name: str) -> bool:
        values = self._values[name]
        hours = self._normal[name] in HOURS and looks.are_hours(values)
        return hours or looks.are_clocks(values)

    def _looking_like_times(self) -> list[str]:
        """Return the columns of written times; if there are none, those of numbers since 1970 whose
        names say that they are times.
        """
        written = [n for n in self._free() if looks.are_written_moments(self._values[n])]
        return written or [
            n
            for n in self._free()
            if _TIME.search(self._normal[n]) and looks.are_moments(self._values[n])
        ]

    # -- the event

    def _event(self, event: str) -> None:
        if event:
            self._avoided.update(self._known("event"))
            return
        if "event" in self._given:
            return
        known = self._known("event")
        unfit = [name for name in known if self._is_no_event(name)]
        fits = [name for name in known if name not in unfit]
        usual = [n for n in self._usual("event") if not self._is_no_event(n)]
        usual += [n for n in self._named(("type",)) if self._is_kind(n)]
        words = [n for n in (*fits, *usual) if not looks.are_numbers(self._values[n])]
        if fits and fits[0] not in words and words:
            unfit.append(fits.pop(0))
        if fits and self._is_person(fits[0], others=bool(fits[1:] or usual)):
            unfit.append(fits.pop(0))
        if not fits:
            self._take("event", usual)
        if not fits and not usual:
            unfit = [name for name in unfit if self._must_be_none(name)]
            if set(known) <= set(unfit):
                self._ask_for_event()
        self._avoid(unfit, "event")

    def _ask_for_event(self) -> None:
        """Name the columns that may say what happened."""
        found = [n for n in self._named(MAYBE_EVENT) if not self._is_no_event(n)]
        kinds = sorted(self._kinds(), key=self._variety)
        self._doubt("event", [*dict.fromkeys((*kinds, *found))])
        if found:
            shown = " or ".join(map(_shown, found[:_ASKED]))
            hint = f"{shown} may say what happened: --map event={_shown(found[0])}"
            self._hint = "; ".join(filter(None, (self._hint, hint)))

    def _is_no_event(self, name: str) -> bool:
        values = self._values[name]
        switches = len(values) > 1 and looks.are_switches(values)
        return switches or looks.are_objects(values) or looks.are_written_moments(values)

    def _must_be_none(self, name: str) -> bool:
        """Whether a column is not the event even if no other may be."""
        values = self._values[name]
        return looks.are_switches(values, both=True) or self._is_person(name, others=False)

    def _is_kind(self, name: str) -> bool:
        found = {str(value) for value in self._values[name]}
        return not found <= _CALLS and not self._is_no_event(name)

    def _is_person(self, name: str, *, others: bool) -> bool:
        """Whether a column called name has the names of people, or of things such as orders.

        Args:
            others: whether another column may be the event.
        """
        values = self._values[name]
        if self._normal[name] != "name":
            return False
        if looks.are_codes(values):
            return True
        users = self._known("user") or self._usual("user")
        if not users:
            return looks.are_people(values) and (others or self._has_addresses())
        pairs = {
            (str(user), value)
            for user, value in zip(self._columns[users[0]], self._columns[name], strict=False)
            if user not in (None, "") and value not in (None, "")
        }
        one_each = len({u for u, _ in pairs}) == len({v for _, v in pairs}) == len(pairs)
        if not looks.are_people(values):
            return one_each and others and 1 < len(pairs) < len(values)
        return one_each and (others or len(pairs) > 2)

    def _has_addresses(self) -> bool:
        """Whether a column has addresses of e-mail, as a list of people has."""
        return any(map(looks.are_addresses, self._values.values()))

    # -- the person

    def _user(self) -> None:
        if "user" in self._given:
            return
        known = self._known("user")
        unfit = [name for name in known if self._is_no_id(name)]
        fits = [name for name in known if name not in unfit]
        self._avoided.update(unfit)
        if len(fits) > 1 and looks.are_people(self._values[fits[0]]):
            self._avoided.add(fits.pop(0))
        if fits:
            return
        usual = [n for n in self._usual("user") if not self._is_no_id(n)]
        self._take("user", usual)
        if usual or {*self._given} & {"device", "session"}:
            return
        devices = self._known("device") or self._usual("device")
        found = [name for name in self._persons() if name not in devices]
        maybe = [name for name in found if looks.may_be_people(name)]
        if found and not devices:
            self._doubt("user", found)
        elif maybe and devices:
            self._notes.say(
                f"people are known by {_shown(devices[0])} alone; {_shown(maybe[0])} may be the "
                f"user: --map user={_shown(maybe[0])}"
            )

    def _persons(self) -> list[str]:
        """Return the columns that may be the person: by their names, ids first."""
        free = [n for n in self._free() if self._values[n] and not self._is_no_id(n)]
        free = [n for n in free if not looks.are_written_moments(self._values[n])]
        named = [n for n in free if PERSON.search(n)]
        ids = [n for n in free if ID.search(n) and self._variety(n) < len(self._values[n])]
        return sorted(
            dict.fromkeys((*named, *ids)), key=lambda n: (n not in named, not ID.search(n))
        )

    def _is_no_id(self, name: str) -> bool:
        values = self._values[name]
        switches = len(values) > 1 and looks.are_switches(values)
        return (switches and not looks.are_numbers(values)) or looks.are_objects(values)

    def _take_known(self) -> None:
        """Use the columns whose names are known only in their plain form."""
        for meaning in NAMES:
            if meaning in self._chosen or meaning in self._given:
                continue
            known = self._known(meaning)
            if known and normal(known[0]) not in NAMES[meaning]:
                self._chosen[meaning] = known[0]

    # -- what to tell

    def _kinds(self) -> list[str]:
        """Return the columns of words of which several lines have the same one."""
        return [
            name
            for name in self._free()
            if 2 * self._variety(name) <= len(self._values[name])
            and not looks.are_numbers(self._values[name])
            and not self._is_no_event(name)
            and not PERSON.search(name)
            and not ID.search(name)
        ]

    def _variety(self, name: str) -> int:
        return len({str(value) for value in self._values[name]})

    def _doubt(self, about: str, names: Sequence[str], taken: str = "") -> None:
        some = {name: dict.fromkeys(map(str, looks.some(self._columns[name]))) for name in names}
        answers = tuple((name, tuple(values)[:_SAMPLES]) for name, values in some.items())
        self._notes.doubts.append(Doubt(about, answers, taken))

    def _avoid(self, names: Sequence[str], meaning: str) -> None:
        self._avoided.update(names)
        for name in names if meaning else ():
            self._notes.say(
                f"{_shown(name)} is kept as a property, as its values do not fit the {meaning}"
            )

    def _warn_rounded(self) -> None:
        ids = ("user", "device", "session", "event_id", "time")
        names = {n for m in ids for n in (self._given.get(m), self._chosen.get(m)) if n}
        names.update(name for meaning in ids for name in self._known(meaning))
        for name in self._columns:
            found = looks.rounded(self._columns[name]) if name in names else []
            if found:
                self._notes.say(
                    f"{_shown(name)} has numbers that a spreadsheet rounded, such as {found[0]}; "
                    "export that column as text"
                )

    def _warn_zones(self) -> None:
        """Report a column with the zone of each row, which is not applied."""
        for name in self._free():
            if self._normal[name] in ZONES and self._values[name]:
                self._notes.say(
                    f"times that name no zone are UTC, whatever {_shown(name)} says; "
                    "--times-in is for all of them"
                )


def _shown(name: str) -> str:
    return clean(name, _SHOWN)
