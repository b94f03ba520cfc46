"""A run over the alerts of a workspace: judged, told, and remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.alerts.judging import Judged, judge
from core.alerts.telling import Told, message, run_command, told_of
from core.definitions.alert import Alert
from core.definitions.saved import Item
from core.definitions.shared import checked
from core.errors import FootfallError
from core.store.library.alert_states import Found, states_of, store_states
from core.store.library.saved import Saved


@dataclass(frozen=True)
class Report:
    """What a run found of one alert.

    Attributes:
        failed: why its command did not do its work, "" if it did. It is told again by the next run.
    """

    item: Item
    alert: Alert
    judged: Judged
    told: Told
    failed: str = ""


def alert_of(item: Item) -> Alert:
    """Return the alert in a kept item; BadInput if it is none."""
    return checked(Alert, item.body)


def run_alerts(
    saved: Saved, engine: Any, items: Sequence[Item], *, commands: bool = True, stop: Any = None
) -> list[Report]:
    """Judge alerts, run the commands of those that have something to tell, and remember it.

    What was told is stored after each command, so a run that is killed tells twice at worst.

    Args:
        commands: whether commands are run; without them it counts as told.

    Raises:
        Stopped: the user stopped it.
        Forbidden, CannotOpen: the workspace cannot be written.
    """
    before = states_of(saved.access)
    found = []
    for item in items:
        alert = alert_of(item)
        if not alert.paused:
            report = _run(saved, engine, item, alert, before.get(item.id, {}), commands, stop)
            found.append(report)
    return found


def _run(
    saved: Saved, engine: Any, item: Item, alert: Alert, before: dict[str, Found],
    commands: bool, stop: Any,
) -> Report:  # fmt: skip
    now = saved.access.clock()
    judged = judge(alert, engine, stop)
    told = told_of(alert, judged, before, now, engine.calendar)
    failed = ""
    if commands and alert.command and (told.fresh or (told.recovered and alert.recovery)):
        try:
            run_command(alert.command, message(item, alert, judged, told, now))
        except FootfallError as error:
            failed = error.message
    states = told.untold if failed else told.states
    store_states(saved.access, {item.id: states}, quietly=_same(before.values(), states))
    return Report(item, alert, judged, told, failed)


def _same(before: Any, after: Any) -> bool:
    """Whether states say the same, whenever they were checked."""
    return [s[:-1] for s in sorted(before)] == [s[:-1] for s in sorted(after)]
