"""ACTIONS: the single table behind bindings, the key line, help, the palette and docs/keys.md.

An action's id names the method `action_<id>` of the page that answers it. A letter is a verb: it
does the same thing on every page or nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

PLACES = (
    ("boards", "1", "Boards"),
    ("metrics", "2", "Metrics"),
    ("funnel", "3", "Funnels"),
    ("retention", "4", "Retention"),
    ("segments", "5", "Segments"),
    ("marks", "6", "Marks"),
    ("events", "7", "Events"),
    ("users", "8", "Users"),
    ("sql", "9", "SQL"),
)
"""Place id, its digit, its name on the tabs."""

CHART_PAGES = ("metrics", "chart", "funnel", "retention")
ASKED = ("board", *CHART_PAGES, "segments", "marks", "people", "events")
LISTED = ("people", "users")
LISTS = (
    "boards", "metrics", "funnel", "retention", "segments", "marks", "people", "users", "events",
    "sql",
)  # fmt: skip
KEPT = ("metrics", "funnel", "retention", "sql")
"""Pages with a list of saved questions."""

WALKED = ("timeline", "event")
"""Pages of one row of a list, from which < and > go to its neighbours."""


class Action(NamedTuple):
    """One thing that a key does.

    Attributes:
        id: names the page's method `action_<id>`; also the name used to remap it.
        keys: Textual key names; the first is the one shown.
        label: one or two words for the key line.
        help: one sentence for help and the palette.
        area: the palette's group.
        pages: ids of the pages that have it; () means everywhere.
        rank: place on the key line; lower ranks are kept longer, 0 is not shown there.
        on: (page ids between spaces, the sentence there) where it is another one than `help`.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    area: str
    pages: tuple[str, ...] = ()
    rank: int = 0
    on: tuple[tuple[str, str], ...] = ()

    def help_on(self, page: str) -> str:
        """What it does on a page."""
        return next((words for pages, words in self.on if page in pages.split()), self.help)

    @property
    def call(self) -> str:
        """What Textual runs: `go_metrics` is the method `action_go` with a place."""
        return f"go('{self.id[3:]}')" if self.id.startswith("go_") else self.id

    @property
    def shown(self) -> str:
        """Its first key, as people write it."""
        return name_of(self.keys[0]) if self.keys else ""


NAMES = {
    "question_mark": "?", "colon": ":", "less_than_sign": "<", "greater_than_sign": ">",
    "comma": ",", "full_stop": ".", "minus": "-", "plus": "+", "equals_sign": "=", "slash": "/",
    "semicolon": ";", "left_parenthesis": "(", "right_parenthesis": ")", "enter": "ENTER",
    "left_square_bracket": "[", "right_square_bracket": "]", "escape": "ESC",
    "backspace": "BACKSPACE", "tab": "TAB", "shift+tab": "shift+TAB", "space": "SPACE", "f5": "F5",
    "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "up": "Up", "down": "Down",
    "left": "Left", "right": "Right",
}  # fmt: skip


def name_of(key: str) -> str:
    """Return a Textual key name as people write it."""
    return NAMES.get(key, key)


ACTIONS = (
    Action("help", ("question_mark",), "help", "the keys of this page; type to find, Enter runs",
           "help", rank=1),
    Action("palette", ("colon", "ctrl+p"), "command", "every command and saved name", "help",
           rank=2),
    *(Action(f"go_{id_}", (digit,), name, f"go to {name}", "go") for id_, digit, name in PLACES),
    Action("open", ("enter",), "open", "open what is under the cursor",
           "go", rank=3),
    Action("back", ("escape", "backspace"), "back", "close, undo a filter or zoom, or go back",
           "go", rank=90),
    Action("up", ("up", "k"), "", "move up", "move"),
    Action("down", ("down", "j"), "", "move down", "move"),
    Action("left", ("left", "h"), "", "move left", "move"),
    Action("right", ("right", "l"), "", "move right", "move"),
    Action("first", ("home",), "", "go to the first", "move"),
    Action("last", ("end",), "", "go to the last", "move"),
    Action("page_up", ("pageup",), "", "go a page up", "move"),
    Action("page_down", ("pagedown",), "", "go a page down", "move"),
    Action("next_panel", ("tab",), "next", "go to the next panel", "move", rank=40),
    Action("previous_panel", ("shift+tab",), "", "go to the previous panel", "move"),
    Action("find", ("slash",), "find", "filter the list as you type", "view", LISTS, rank=5),
    Action("range", ("r",), "range", "choose the date range", "question", ASKED, rank=10),
    Action("earlier", ("less_than_sign", "comma"), "", "one range earlier", "question",
           (*ASKED, *WALKED),
           on=(("timeline", "the previous person"), ("event", "the newer event"))),
    Action("later", ("greater_than_sign", "full_stop"), "", "one range later", "question",
           (*ASKED, *WALKED),
           on=(("timeline", "the next person"), ("event", "the older event"))),
    Action("shorter", ("minus",), "", "a shorter range", "question", ASKED),
    Action("longer", ("plus", "equals_sign"), "", "a longer range", "question", ASKED),
    Action("granularity", ("g",), "by", "granularity, cycling through those that fit", "question",
           ("board", "metrics", "chart", "retention", "marks", "events"), rank=16),
    Action("breakdown", ("b",), "break", "break down by a field", "question",
           ("board", *CHART_PAGES, *LISTED), rank=14),
    Action("compare", ("c",), "compare", "compare: off, previous period, year before", "question",
           ("board", *CHART_PAGES, "marks"), rank=12),
    Action("filter", ("f",), "filter", "filter by fields", "question",
           (*ASKED, "timeline", "layout"), rank=18,
           on=(("events", "filter by the value under the cursor"),
               ("timeline", "show only this event"), ("marks", "filter by category"),
               ("layout", "whether the tile keeps its own range and filters"))),
    Action("segment", ("s",), "segment", "count only people in a segment or audience", "question",
           ASKED, rank=30),
    Action("measure", ("p",), "show as", "choose what is counted: people, events, sums, ...",
           "question", ("board", *CHART_PAGES, "marks", *LISTED), rank=32,
           on=(("people users", "choose the columns"),)),
    Action("chart", ("v",), "chart", "draw as line, bars, area, table, number or calendar", "chart",
           ("board", *CHART_PAGES, "sql"), rank=22),
    Action("table", ("t",), "table", "show the table under the chart", "chart", CHART_PAGES,
           rank=24),
    Action("sort", ("o",), "sort", "sort by another column", "view", ("people", "users", "sql"),
           rank=8),
    Action("last_session", ("L",), "last session", "the last session of the person", "go",
           (*LISTED, "timeline"), rank=15,
           on=(("timeline", "only the last session, or everything again"),)),
    Action("reverse", ("V",), "", "sort the other way round", "view", LISTED),
    Action("pick", ("space",), "pick", "pick the person under the cursor, or not", "view", LISTED,
           rank=7),
    Action("pick_to", ("J",), "", "pick everybody from the last one picked to here", "view",
           LISTED),
    Action("complete", (), "", "only complete periods", "question", ASKED),
    Action("clear_filters", (), "", "clear all filters, segment and audience", "question",
           ASKED),
    Action("saved", ("0",), "", "back to the saved question", "question", (*ASKED, "users")),
    Action("edit", ("e",), "edit", "build the question by hand", "question",
           (*ASKED, "layout", "sql"), rank=20,
           on=(("board", "arrange the tiles"), ("layout", "build the tile's question by hand"),
               ("marks", "edit the mark"), ("sql", "go to the editor"))),
    Action("narrower", ("minus",), "narrower", "make the tile a column narrower", "view",
           ("layout",), rank=12),
    Action("wider", ("plus", "equals_sign"), "wider", "make the tile a column wider", "view",
           ("layout",), rank=11),
    Action("lower", ("less_than_sign", "comma"), "lower", "make the tile a row lower", "view",
           ("layout",), rank=14),
    Action("higher", ("greater_than_sign", "full_stop"), "higher", "make the tile a row higher",
           "view", ("layout",), rank=13),
    Action("order_earlier", ("K",), "", "change places with the tile before", "view",
           ("layout",)),
    Action("order_later", ("J",), "", "change places with the tile after", "view", ("layout",)),
    Action("edit_text", ("E",), "", "edit the question as text", "question", ASKED),
    Action("related", ("semicolon",), "related", "related questions: why it changed, paths, ...",
           "question", (*CHART_PAGES, *LISTED), rank=33,
           on=(("people users", "their events, and how they differ"),)),
    Action("others", ("u",), "the rest", "the whole range, who came, who went, who stayed", "go",
           CHART_PAGES, rank=35,
           on=(("funnel", "who dropped off"), ("retention", "who did not return"))),
    Action("zoom", ("z",), "zoom", "show this panel on the whole page, and back", "view",
           ("board", *CHART_PAGES, "marks", "segments", "events", "event", "sql"),
           rank=9),
    Action("run", ("f5", "ctrl+j", "ctrl+r"), "run", "run the statement in the editor", "view",
           ("sql",), rank=2),
    Action("follow", ("T",), "follow", "show new events as they are stored, or stop doing so",
           "view", ("events",), rank=7),
    Action("later_tab", ("right_parenthesis",), "", "the next of the open boards", "go",
           ("board",)),
    Action("earlier_tab", ("left_parenthesis",), "", "the open board before", "go", ("board",)),
    Action("later_section", ("right_square_bracket",), "", "the next section of the board: what is "
           "below a heading", "go", ("board",)),
    Action("earlier_section", ("left_square_bracket",), "", "the section of the board before", "go",
           ("board",)),
    Action("to_section", ("M",), "section", "move the tile to another section", "view", ("layout",),
           rank=25),
    Action("close_tab", ("X",), "", "close this board's tab", "go", ("board",)),
    Action("new", ("n",), "new", "a new question, or statement of SQL", "save",
           ("boards", "board", "layout", "metrics", "funnel", "retention", "marks", "segments",
            "sql", *LISTED), rank=26,
           on=(("boards", "a new board"), ("board", "another board in a tab, or a new one"),
               ("layout", "add a tile, a note or a heading"),
               ("marks", "a new mark"), ("segments", "a new audience"),
               ("people users", "a segment of exactly these"))),
    Action("new_live", ("N",), "", "a live audience whose rule is the question of the list", "save",
           LISTED),
    Action("save", ("w",), "save", "save this question under a name", "save",
           ("board", *CHART_PAGES, "people", "events", "sql"), rank=28),
    Action("save_as", (), "", "save as: this question or board under another name", "save",
           ("board", *CHART_PAGES)),
    Action("audience", (), "", "an audience by rules, begun with the people counted here", "save",
           (*CHART_PAGES, "people")),
    Action("rename", (), "", "give the board another name", "save", ("boards", "board")),
    Action("duplicate", (), "", "save a copy of the board", "save", ("boards", "board")),
    Action("add", ("a",), "add", "add this to a board", "save", (*CHART_PAGES, "marks", "events",
           "sql"), rank=34),
    Action("mark", ("m",), "mark", "put a mark at the cursor's day", "save",
           ("board", *CHART_PAGES, "marks"), rank=36),
    Action("alert", ("W",), "alert", "an alert on a number of this: limits, quiet hours, a command",
           "save", ("board", *CHART_PAGES), rank=37,
           on=(("metrics", "an alert on a number of this, or the one under the cursor"),)),
    Action("delete", ("d",), "delete", "delete what is under the cursor", "save",
           ("boards", "board", "layout", "marks", "segments", *KEPT), rank=38),
    Action("rename", (), "", "give the tile another title", "save", ("layout",)),
    Action("duplicate", ("Y",), "copy", "add a copy of the tile", "save", ("layout",), rank=27),
    Action("rename", (), "", "rename what is under the cursor; whatever names it follows",
           "save", (*KEPT, "segments", "marks")),
    Action("duplicate", (), "", "save what is under the cursor of a list under another name too",
           "save", (*KEPT, "segments", "marks")),
    Action("undo", ("U",), "undo", "take back the last name given, or bring back what "
           "was deleted last", "save",
           ("boards", "board", "layout", "marks", "segments", *KEPT, *LISTED), rank=39,
           on=(("board layout", "bring back the tiles as they were"),
               ("people users", "delete the segment just made"))),
    Action("restore", (), "", "restore what was deleted in the last 30 days: boards, charts, "
           "audiences, queries, events, marks", "save"),
    Action("copy", ("y",), "copy", "send the value under the cursor to the terminal's clipboard",
           "export", rank=44),
    Action("copy_command", (), "", "copy the command that prints this", "export",
           ("boards", *ASKED, "sql")),
    Action("copy_link", (), "", "copy the text that brings this back, here after : or as footfall "
           "run takes it", "export", ("boards", *ASKED, "sql")),
    Action("export", ("x",), "export", "write this panel to a file: csv, json, html, ...",
           "export", (*ASKED, "users", "timeline", "sql"), rank=46,
           on=(("board", "write a tile or the whole board to a file"),)),
    Action("share", (), "", "write the board or chart as a page for others: it expires, and has no "
           "people", "export", ("board", *CHART_PAGES)),
    Action("inspect", ("i",), "inspect", "show the SQL, its parameters and timing", "view",
           (*ASKED, "users", "sql", *WALKED), rank=42),
    Action("again", ("f5", "ctrl+r"), "again", "ask again, bypassing the cache", "view",
           (*ASKED, "users", *WALKED), rank=60),
    Action("run_without_limit", (), "", "ask again without the time limit", "view",
           (*ASKED, "users", "sql", *WALKED)),
    Action("stop", ("ctrl+c",), "stop", "stop what is running", "view"),
    Action("glyphs_braille", (), "", "glyphs: braille", "chart"),
    Action("glyphs_block", (), "", "glyphs: blocks", "chart"),
    Action("glyphs_ascii", (), "", "glyphs: ascii", "chart"),
    Action("starter_boards", (), "", "save starter boards made from the existing events", "save",
           ("boards",)),
    Action("theme", (), "", "choose a colour theme", "view"),
    Action("settings", (), "", "range, zone, week start, theme, glyphs, limits", "view"),
    Action("redraw", (), "", "draw the whole screen again", "view"),
    Action("quit", ("q",), "quit", "quit; the next start returns here", "go", rank=50),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}


def actions_of(page: str) -> list[Action]:
    """Return the actions of a page, in table order."""
    return [a for a in ACTIONS if not a.pages or page in a.pages]


def pages_of() -> list[str]:
    """Return every page named in the table."""
    return sorted({page for action in ACTIONS for page in action.pages})


def remapped(actions: Iterable[Action], keymap: Mapping[str, str]) -> list[Action]:
    """Return actions with their keys remapped."""
    return [
        a._replace(keys=tuple(keymap[a.id].split(","))) if a.id in keymap else a for a in actions
    ]


def key_line_of(page: str, labels: Mapping[str, str] = MappingProxyType({})) -> list[Action]:
    """Return the actions for a page's key line, most important first.

    Args:
        labels: the page's own labels for some actions, which then come early.
    """
    shown = (a for a in actions_of(page) if a.rank)
    return sorted(shown, key=lambda a: min(a.rank, 6) if a.id in labels else a.rank)


def markdown_table() -> str:
    """Return the table of docs/keys.md."""
    rows = ["| key | does | where |", "|---|---|---|"]
    for action in ACTIONS:
        if not action.keys:
            continue
        keys = " ".join(f"`{name_of(key)}`" for key in action.keys)
        where = ", ".join(action.pages) or "everywhere"
        rows.append(f"| {keys} | {_helped(action)} | {where} |")
    return "\n".join(rows)


def _helped(action: Action) -> str:
    """Return what an action does anywhere, with the pages on which it is something else."""
    others = [f"on {' and '.join(pages.split())} {words}" for pages, words in action.on]
    return "; ".join((action.help, *others))


if __name__ == "__main__":
    print(markdown_table())
