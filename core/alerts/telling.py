"""What is told of an alert: once when it fires, not again until it has recovered, and nothing in
its quiet hours (definitions 11.7).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.alerts.judging import NOTHING, Judged, Verdict
from core.definitions.alert import Alert, read_quiet
from core.definitions.saved import Item
from core.errors import FootfallError
from core.store.library.alert_states import Found
from core.timeframe import Calendar, iso

SECONDS: Final = 60
"""How long a command may take."""

_STDERR: Final = 2
"""Where a command's output goes: standard output is for data."""

_TROUBLES: Final = ("firing", "no data", "error")


@dataclass(frozen=True)
class Told:
    """What is to be told of an alert, and the states after that.

    Attributes:
        fresh: what has begun to fire, or cannot be judged any more.
        recovered: what fired and does not any more.
        states: of all figures, once it has been told; `untold` if it has not.
    """

    fresh: tuple[Verdict, ...]
    recovered: tuple[Verdict, ...]
    states: tuple[Found, ...]
    untold: tuple[Found, ...]


def judged_as(alert: Alert) -> str:
    """Return what a state belongs to: it starts anew with another question or condition."""
    return f"{alert.when}\n{alert.unfinished:d}\n{alert.question}"


def is_quiet(alert: Alert, now: int, calendar: Calendar) -> bool:
    """Whether an instant is in the quiet hours of an alert, which may go past midnight."""
    if not alert.quiet:
        return False
    start, end = read_quiet(alert.quiet)
    local = calendar.local(now)
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start < end else minute >= start or minute < end


def told_of(
    alert: Alert, judged: Judged, before: Mapping[str, Found], now: int, calendar: Calendar
) -> Told:
    """Return what a run has to tell, after what the one before it found.

    Args:
        before: name -> state of a figure.
        now: UTC ms.
    """
    key, quiet = judged_as(alert), is_quiet(alert, now, calendar)
    old = {name: state for name, state in before.items() if state.judged == key}
    if old and any(verdict.waiting for verdict in judged.verdicts):
        kept = tuple(state._replace(checked_at=now) for state in old.values())
        return Told((), (), kept, kept)
    fresh, recovered = [], []
    unknown = any(verdict.figure is NOTHING for verdict in judged.verdicts)
    states = dict(old) if unknown else {}
    untold = dict(states)
    for verdict in judged.verdicts:
        name = verdict.figure.name
        last = old.get(name)
        told = last.told if last else ""
        after = _after(verdict, told, quiet=quiet, says=alert.recovery)
        if after not in ("", told):
            fresh.append(verdict)
        elif not after and told == "firing":
            recovered.append(verdict)
        same = last is not None and last.state == verdict.state
        since = last.since if last is not None and same else now
        states[name] = Found(name, key, verdict.state, since, after, verdict.said, now)
        untold[name] = states[name]._replace(told=told)
    return Told(tuple(fresh), tuple(recovered), tuple(states.values()), tuple(untold.values()))


def _after(verdict: Verdict, told: str, *, quiet: bool, says: bool) -> str:
    """Return what has been told once a run has told what it has to."""
    if verdict.waiting:
        return told
    if verdict.state in _TROUBLES:
        if told == "firing" and verdict.state != "firing":
            return told
        return told if quiet else verdict.state
    return told if quiet and says and told == "firing" else ""


def message(item: Item, alert: Alert, judged: Judged, told: Told, now: int) -> dict[str, Any]:
    """Return what a command gets on standard input, as JSON."""
    verdicts = told.fresh or told.recovered
    return {
        "alert": {"id": item.id, "title": item.title, "description": item.description},
        "question": alert.question,
        "when": alert.when,
        "state": verdicts[0].state if told.fresh else "recovered",
        "at": iso(now),
        "figures": [_figure(verdict, alert) for verdict in verdicts],
        "answer": None if judged.answer is None else judged.answer.model_dump(mode="json"),
    }


def _figure(verdict: Verdict, alert: Alert) -> dict[str, Any]:
    figure = verdict.figure
    usual = figure.usual.band(alert.condition.level) if figure.usual is not None else None
    return {
        "name": figure.name, "state": verdict.state, "said": verdict.said, "value": figure.value,
        "unit": figure.unit, "currency": figure.currency, "period": figure.period,
        "before": figure.before, "usual": list(usual) if usual else None,
    }  # fmt: skip


def run_command(command: str, told: Mapping[str, Any]) -> None:
    """Run a command in a shell with a message on its standard input.

    Raises:
        FootfallError: it could not be run, failed, or took too long.
    """
    text = json.dumps(told, ensure_ascii=False) + "\n"
    try:
        done = subprocess.run(
            command, shell=True, input=text.encode(), stdout=_STDERR, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise FootfallError(f"The command of an alert took longer than {SECONDS} s.") from None
    if done.returncode:
        raise FootfallError(f"The command of an alert failed with exit code {done.returncode}.")


def state_words(alert: Alert, states: Iterable[Found]) -> tuple[str, str]:
    """Return the state of an alert as of the last run, and what was said of it."""
    if alert.paused:
        return "paused", ""
    key = judged_as(alert)
    known = [state for state in states if state.judged == key]
    for word in _TROUBLES:
        found = [state for state in known if state.state == word]
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            return word, f"{found[0].said}{more}"
    return ("ok", known[0].said) if known else ("not run yet", "")
