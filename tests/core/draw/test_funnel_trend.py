"""The conversion over the range, drawn beside the total of a funnel."""

from __future__ import annotations

from core.answers import Line, Series, Step, StepGroup, Steps, TimeBucket
from core.draw import Look, draw, plain


def steps(rate: float, **more: object) -> Steps:
    """A funnel of two steps."""
    first = Step(step=1, event="a", count=100, step_rate=None, overall_rate=1.0, drop_off=0)
    second = Step(step=2, event="b", count=50, step_rate=rate, overall_rate=rate, drop_off=50)
    return Steps(window_seconds=None, groups=(StepGroup(steps=(first, second)),), **more)


def trend(*values: float | None) -> Series:
    """Conversion by day."""
    buckets = tuple(TimeBucket(label=f"2025-04-{n + 1:02}", start=n, end=n + 1) for n in range(9))
    return Series(unit="percent", buckets=buckets[: len(values)], lines=(Line(values=values),))


def test_the_line_stands_beside_the_total_where_there_is_room():
    answer = steps(0.5).model_copy(update={"trend": trend(0.1, 0.5, None, 1.0)})
    assert "50.0% end to end ▁▅ █" in plain(draw(answer, 70, 12))
    assert "50.0% end to end _+ #" in plain(draw(answer, 70, 12, Look(glyphs="ascii")))
    assert "50.0% end to end ▁▅ █" in plain(draw(answer, 44, 12))
    assert "end to end ▁" not in plain(draw(answer, 43, 12))
    short = steps(0.5).model_copy(update={"trend": trend(0.1, 0.5)})
    assert plain(draw(short, 70, 12)) == plain(draw(steps(0.5), 70, 12))
    assert answer.model_dump(mode="json") == steps(0.5).model_dump(mode="json")
