"""Panels and what is around them: the question in chips, titles, rows, and the keys named."""

from __future__ import annotations

from pathlib import Path

from core.draw import Look
from core.language.questions import parse
from core.queries import from_json
from tests.worlds.tui_pilot import explorer
from tui.keys import PLACES
from tui.texts.summary import Chip, chips
from tui.widgets.chrome import Crumb, KeyLine, Tabs

FILTERED = (
    "users of signup last 7d where country = NL and country != DE and country != US by country "
    "vs prev"
)


def test_every_filter_of_a_question_is_a_chip() -> None:
    where = [{"field": "country", "operator": "eq", "value": "NL"}]
    steps = [{"event": "signup", "filters": where}, {"event": "visit", "filters": where}]
    asked = from_json({"kind": "funnel", "steps": steps})
    words = [chip.text for chip in chips(asked) if chip.action == "filter"]
    assert [word.split(": ")[0] for word in words] == ["step 1", "step 2"]
    assert "country is NL" in words[0]


def test_what_differs_from_the_saved_question_is_marked() -> None:
    saved = parse("users of signup last 7d where country = NL")
    changed = parse("users of signup last 14d where country = NL")
    assert not any(chip.changed for chip in chips(saved, saved))
    assert [chip.text for chip in chips(changed, saved) if chip.changed] == ["14d"]
    other = parse("users of purchase last 7d where country = NL")
    assert chips(other, saved)[-1] == Chip("changed", changed=True)


async def test_filters_are_named_with_their_keys_or_else_counted(path: Path) -> None:
    async with explorer(path, place="metrics", size=(160, 24)) as ff:
        ff.app.navigator.open(parse(FILTERED))
        await ff.settle()
        named = "r 7d | g by day | by country | c vs prev | f country is NL | f country is not DE"
        assert named in ff.line
        crumb = ff.page.query_one(Crumb)
        text = "".join(span.text for span in crumb.face(84, 1)[0])
        assert "vs prev | +3 filters" in text
        assert len(text) == 84
        text = "".join(span.text for span in crumb.face(110, 1)[0])
        assert "country is NL | +2 filters" in text


async def test_a_panel_has_its_dates_beside_its_title_and_no_brackets(path: Path) -> None:
    look = Look(glyphs="braille")
    async with explorer(path, place="metrics", size=(100, 30), look=look) as ff:
        await ff.press("tab")
        top = ff.screen.split("\n")[2]
        assert "╮╭─ signup ─" in top
        assert top.endswith(" Apr 12 – May 11 2025 ─╮")
        panel = ff.page.panel
        panel.heading = "a name that leaves no room for the dates of the answer"
        panel.repaint()
        await ff.settle()
        assert "2025" not in ff.screen.split("\n")[2]
        assert "Apr 12 – May 11 2025 ─╯" in ff.screen


async def test_the_row_under_the_cursor_is_filled_and_rows_have_bars(path: Path) -> None:
    async with explorer(path, place="segments", size=(120, 30), look=Look()) as ff:
        listing = ff.page.listing
        strip = listing.render_line(listing.at + 1)
        row = ff.app.ink.on("surface").of("row").bgcolor
        inside = [segment for segment in strip if segment.text.strip("│ ") or len(segment.text) > 2]
        assert {segment.style.bgcolor for segment in inside} == {row}
        assert "━" in ff.screen
        ff.page.set_focus(None)
        await ff.settle()
        assert all(segment.style.bgcolor != row for segment in listing.render_line(listing.at + 1))


async def test_the_key_line_names_eight_keys_those_of_the_panel_first(path: Path) -> None:
    async with explorer(path, place="metrics", size=(200, 30)) as ff:
        keys = ff.page.query_one(KeyLine)
        shown = [action.id for action, _ in keys._entries(200)]
        assert len(shown) == 8
        assert shown[:4] == ["help", "palette", "open", "find"]
        await ff.press("tab")
        assert keys.hints == ff.page.panel.hints == ()


async def test_all_places_are_named_from_80_columns_on(path: Path) -> None:
    async with explorer(path, size=(200, 24)) as ff:
        tabs = ff.page.query_one(Tabs)
        for width in (80, 100, 108, 120, 200):
            text = "".join(span.text for span in tabs.face(width, 1)[0])
            assert all(name in text for _, _, name in PLACES), width
