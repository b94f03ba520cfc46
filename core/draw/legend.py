"""What is below a chart: the legend, the value under the cursor, and notes."""

from __future__ import annotations

from collections.abc import Iterable

from core.answers import Line as SeriesLine
from core.answers import Series
from core.draw.figures import (
    bucket_text,
    compared_text,
    counted,
    facts,
    figure,
    is_alike,
    running,
)
from core.draw.spans import Line, Look, Span, cells, clipped, joined, safe, spread
from core.draw.units import drawing_of, unit_of, units_of
from core.text import change, cut, fit
from core.text import width as cell_width

PLAIN_LETTERS = "*+ox@%&$=w"
NAME_SIZES = (24, 14, 10, 7)
"""How long names may be beside the values under a cursor, longest first."""

LOWEST, SAID_PART = 6, 4
"""Lines from which there are notes below rows, and the part of them that notes have where not all
rows fit.
"""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter(index: int, look: Look) -> str:
    """Return the letter that identifies a line; in ASCII the line is also drawn with it."""
    letters = PLAIN_LETTERS if look.ascii else LETTERS
    return letters[index % len(letters)]


def key(index: int, look: Look, samples: str = "━") -> Line:
    """Return a line's sample for a legend: its glyph in its colour, and its letter."""
    style = f"series{index % 8}"
    if look.ascii:
        return (Span(letter(index, look), style),)
    return (Span(samples[index % len(samples)], style), Span(letter(index, look), style))


def trend_style(current: float | None, previous: float | None) -> str:
    """Return the style of a change."""
    if current is None or previous is None or current == previous:
        return "dim"
    return "good" if current > previous else "bad"


def legend(answer: Series, width: int, look: Look, samples: str = "━") -> Line:
    """Return one line that names the lines with their totals, as many as fit."""
    if len(answer.lines) == 1:
        return _single(answer, answer.lines[0], width, look)
    parts = [_entry(answer, index, look, samples) for index in range(len(answer.lines))]
    if sum(cells(part) + 2 for part in parts) - 2 > width and not answer.omitted:
        bare = joined(part[: len(key(0, look)) + 2] for part in parts)
        if cells(bare) <= width:
            return bare
    tail = _tail(answer)
    found: list[Span] = []
    for index, part in enumerate(parts):
        left = len(parts) - index
        more = f" +{left}" if left > 1 or answer.omitted else ""
        if cells(found) + cells(part) + len(more) + 2 > width and index:
            found.append(Span(f" +{left + answer.omitted} more", "dim"))
            return clipped(tuple(found), width)
        found.extend((Span("  "), *part) if found else part)
    if answer.omitted and cells(found) + 10 <= width:
        found.append(Span(f"  +{answer.omitted} more", "dim"))
    if cells(found) + cells(tail) + 2 <= width:
        found.extend((Span("  "), *tail))
    return clipped(tuple(found), width)


def _entry(answer: Series, index: int, look: Look, samples: str) -> Line:
    line = answer.lines[index]
    name = cut(safe(line.name), 24)
    drawing = drawing_of(answer)
    side = " (right)" if drawing.on_right(index) else ""
    if not side and any(drawing.on_right(at) for at in range(len(answer.lines))):
        side = " (left)"
    found = (
        *key(index, look, samples),
        Span(f" {name}"),
        Span(f"{side} ", "dim"),
        Span(figure(line.total, unit_of(answer, index)), "bold"),
    )
    if line.previous_total is None:
        return found
    return (*found, Span(" "), delta(line.total, line.previous_total))


def delta(current: float | None, previous: float | None) -> Span:
    """Return the change in words and in a good or bad style."""
    return Span(change(current, previous), trend_style(current, previous))


def _single(answer: Series, line: SeriesLine, width: int, look: Look) -> Line:
    named = [Span(f"{cut(safe(line.name), NAME_SIZES[0])}  ")] if line.name else []
    found: list[Span] = [*named, Span(counted(line.total, unit_of(answer)), "bold")]
    if line.total_fraction is not None:
        part, whole = line.total_fraction
        found.append(Span(f" {part:,} of {whole:,}", "dim"))
    if answer.comparison is not None:
        dates = compared_text(answer.comparison)
        found += [Span("  "), delta(line.total, line.previous_total)]
        before = f" vs {figure(line.previous_total, unit_of(answer))}"
        found.append(Span(before, "dim"))
        if dates and cells(found) + len(dates) + 12 <= width:
            found.append(Span(f" {look.pick('┈', '.')} {dates}", "dim"))
    tail = _tail(answer)
    if tail and cells(found) + cells(tail) + 2 <= width:
        found += [Span(" " * (width - cells(found) - cells(tail))), *tail]
    return clipped(tuple(found), width)


def _tail(answer: Series) -> Line:
    if not any(b.partial for b in answer.buckets):
        return ()
    return (Span(f"~ {running(answer)}", "partial"),)


def flowed(parts: Iterable[Line], size: int, gap: str = "   ") -> list[Line]:
    """Place short texts side by side, on as few lines as needed; none is wider than a line."""
    lines: list[Line] = []
    for part in parts:
        if lines and cells(lines[-1]) + len(gap) + cells(part) <= size:
            lines[-1] = (*lines[-1], Span(gap), *part)
        else:
            lines.append(clipped(part, size))
    return lines


def tail_line(answer: Series, width: int) -> Line:
    """Return what a legend says besides names: the total of all lines, and what is not complete."""
    whole: Line = ()
    if answer.additive and not answer.omitted and len(set(units_of(answer))) == 1:
        total = sum(line.total or 0 for line in answer.lines)
        whole = (Span(counted(total, unit_of(answer)), "bold"), Span(" in all", "dim"))
    tail = _tail(answer)
    return spread(whole, tail, width) if whole and tail else clipped((*whole, *tail), width)


def value_line(answer: Series, cursor: tuple[int, int], width: int, look: Look) -> Line:
    """Return the sentence for the bucket under the cursor: "Wed Apr 30: 40 users".

    If there are several lines their names are cut so that all of them fit; if even that is not
    enough, the last ones are only counted.
    """
    index = min(max(cursor[1], 0), len(answer.buckets) - 1)
    row = min(max(cursor[0], 0), len(answer.lines) - 1)
    bucket = answer.buckets[index]
    year = bool(answer.buckets) and answer.buckets[0].label[:4] != answer.buckets[-1].label[:4]
    when = bucket_text(bucket.label, answer.granularity, year=year)
    head = Span(f"{when}: ", "cursor")
    order = [row, *(i for i in range(len(answer.lines)) if i != row)]
    words = f" ~ {running(answer)}" if len(order) == 1 else " ~"
    partial = (Span(words, "partial"),) if bucket.partial else ()
    for size in NAME_SIZES:
        parts = [
            _value(answer, at, index, look, whole=not place, size=size)
            for place, at in enumerate(order)
        ]
        parts[0] = (*parts[0], *partial)
        if len(head.text) + sum(cells(part) + 2 for part in parts) - 2 <= width:
            break
    found: list[Span] = [head, *parts[0]]
    for place, part in enumerate(parts[1:], 1):
        more = f"  +{len(parts) - place}"
        rest = len(more) if place < len(parts) - 1 else 0
        if cells(found) + cells(part) + 2 + rest > width:
            found.append(Span(more, "dim"))
            break
        found += [Span("  "), *part]
    return clipped(tuple(found), width)


def _value(answer: Series, at: int, index: int, look: Look, *, whole: bool, size: int) -> Line:
    line = answer.lines[at]
    value = line.values[index]
    named = (*key(at, look), Span(f" {cut(safe(line.name), size)} ")) if line.name else ()
    unit = unit_of(answer, at)
    text = counted(value, unit) if whole else figure(value, unit)
    found: Line = (*named, Span(text, "bold" if whole else ""))
    if whole and index < len(line.fractions):
        part, of = line.fractions[index]
        found = (*found, Span(f" {part:,} of {of:,}", "dim"))
    if whole and line.previous is not None and index < len(line.previous):
        before = line.previous[index]
        found = (*found, Span(f"  prev {figure(before, unit)} ", "dim"))
        if is_alike(answer, index):
            found = (*found, delta(value, before))
    return found


def wrapped(sentences: list[str], width: int, style: str = "dim") -> list[Line]:
    """Return sentences as lines of a style broken at words, none wider than `width` cells."""
    return [
        (Span(line, style),)
        for sentence in sentences
        for line in _broken(safe(sentence, 600), max(width, 2))
    ]


def whole(sentences: list[str], width: int, rows: int) -> list[Line]:
    """Return the first sentences that fit into some rows, none of them cut off."""
    found: list[Line] = []
    for sentence in sentences:
        lines = wrapped([sentence], width)
        if len(found) + len(lines) > rows:
            break
        found += lines
    return found


def noted(sentences: list[str], size: int, height: int, wanted: int) -> list[Line]:
    """Return what is said below rows; where not all of these fit, at most a part of the lines, the
    last of which then ends with three dots.

    Args:
        wanted: how many lines the rows and their heading take.
    """
    if height < LOWEST:
        return []
    lines = wrapped(sentences, size)
    most = max(height - wanted, height // SAID_PART)
    if len(lines) <= most:
        return lines
    last = lines[most - 1][0]
    return [*lines[: most - 1], (Span(fit(f"{last.text.rstrip('.')} …", size), last.style),)]


def _broken(text: str, size: int) -> list[str]:
    """Break a text at spaces, and inside words that are wider than a line."""
    lines = [""]
    for word in text.split():
        room = size - cell_width(lines[-1]) - (1 if lines[-1] else 0)
        if cell_width(word) <= room:
            lines[-1] += (" " if lines[-1] else "") + word
            continue
        if lines[-1]:
            lines.append("")
        for char in word:
            if cell_width(lines[-1] + char) > size:
                lines.append("")
            lines[-1] += char
    return lines


def notes_lines(answer: Series, width: int) -> list[Line]:
    """Return the sentences below a series."""
    return wrapped(facts(answer), width)
