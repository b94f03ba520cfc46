"""What a request costs, and when it is more than is allowed."""

from __future__ import annotations

import pytest

from core.api import Understood, read, understood
from core.api.cost import Charge, charge
from core.serving.limits import Limits, TooMany

AUGUST = "start=20260801&end=20260831"
GROUPED = '{"event_type":"a","group_by":[{"type":"event","value":"x"},{"type":"user","value":"y"}]}'
SEGMENT = '[{"prop":"country","op":"is","values":["NL"]},{"prop":"os","op":"is","values":["x"]}]'
PLAIN = '{"event_type":"a"}'


def charged(request: str) -> Charge:
    found = understood(read(request))
    assert isinstance(found, Understood)
    return charge(*found)


@pytest.mark.parametrize(
    ("request_", "days", "conditions", "kind"),
    [
        (f"/api/2/users?{AUGUST}", 31, 1, 1),
        (f"/api/2/users?{AUGUST}&g=os&g=country", 31, 9, 1),
        (f"/api/2/users?start=20260801&end=20260801&s={SEGMENT}", 1, 3, 1),
        (f"/api/2/users?{AUGUST}&s={SEGMENT}&s={SEGMENT}", 31, 6, 1),
        (f"/api/2/events/segmentation?{AUGUST}&e={PLAIN}&e2={PLAIN}", 31, 1, 2),
        (f"/api/2/events/segmentation?{AUGUST}&e={GROUPED}", 31, 1, 9),
        (f"/api/2/funnels?{AUGUST}&e={PLAIN}&e={PLAIN}&e={GROUPED}", 31, 1, 14),
        (f"/api/2/retention?{AUGUST}&se={PLAIN}&re={PLAIN}&g=os", 31, 5, 8),
        (f"/api/2/sessions/length?{AUGUST}", 31, 1, 4),
        ("/api/2/events/list", 1, 1, 1),
    ],
)
def test_the_cost_is_days_by_conditions_by_the_type(
    request_: str, days: int, conditions: int, kind: int
) -> None:
    found = charged(request_)
    assert (found.counted, found.amount) == ("cost", days * conditions * kind)
    assert f"{days} * {conditions} * {kind} = {found.amount:,}" in found.words


@pytest.mark.parametrize(
    ("request_", "counted"),
    [
        ("/api/2/usersearch?user=a", "lookups"),
        ("/api/2/useractivity?user=1", "lookups"),
        ('POST /api/v1/data/query {"query": "select 1"}', "sql"),
        ("/api/v1/metrics/dau", ""),
    ],
)
def test_what_has_no_cost_counts_by_itself(request_: str, counted: str) -> None:
    request_, _, body = request_.partition(" {")
    found = understood(read(request_, "{" + body if body else None))
    assert isinstance(found, Understood)
    assert charge(*found).counted == counted


def test_the_sixth_request_at_a_time_is_refused_and_may_be_asked_afterwards() -> None:
    limits, free = Limits(), Charge("", 0, "")
    running = [limits.admitting(free) for _ in range(5)]
    for each in running:
        each.__enter__()
    with pytest.raises(TooMany, match="5 requests are being answered, and 5 may"):
        limits.admitting(free).__enter__()
    running[0].__exit__(None, None, None)
    with limits.admitting(free):
        pass


def test_costs_at_a_time_are_added_up_and_one_alone_may_be_high() -> None:
    limits = Limits()
    with limits.admitting(Charge("cost", 5_000, "")), pytest.raises(TooMany, match="1,000"):
        limits.admitting(Charge("cost", 1, "")).__enter__()
    with limits.admitting(Charge("cost", 600, "")), limits.admitting(Charge("cost", 400, "")):
        pass


@pytest.mark.parametrize(
    ("charge_", "times", "span"),
    [
        (Charge("cost", 1_080, ""), 100, 3_600),
        (Charge("lookups", 1, ""), 360, 3_600),
        (Charge("sql", 1, ""), 30, 60),
    ],
)
def test_what_is_asked_in_an_hour_is_limited_and_forgotten(
    charge_: Charge, times: int, span: int
) -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    for number in range(times):
        now[0] = number * 0.5
        with limits.admitting(charge_):
            pass
    now[0] = span - 10.0
    with pytest.raises(TooMany, match=r"allowed|per hour") as refused:
        limits.admitting(charge_).__enter__()
    assert refused.value.seconds == 10
    now[0] = span
    with limits.admitting(charge_):
        pass
    with pytest.raises(TooMany):  # one was forgotten, and one came in its place
        limits.admitting(charge_).__enter__()


def test_what_is_never_allowed_names_no_time() -> None:
    with pytest.raises(TooMany) as refused:
        Limits().admitting(Charge("cost", 200_000, "")).__enter__()
    assert refused.value.seconds == 0
