"""The commands, and what each of them does."""

from __future__ import annotations

COMMANDS = {
    "alert": "watch questions: list, create, run, test, edit, delete, restore",
    "api": "answer a documented HTTP request without a server",
    "apply": "store boards and other kept things from files, as export writes them",
    "audience": "save groups of people: list, show, create, edit, delete, restore, count",
    "backup": "copy a workspace while it is in use",
    "board": "print or open a board; list, import, export, pin, delete, restore",
    "chart": "save questions: list, show, save, run, delete, restore, versions",
    "check": "count sets and sessions again from the events, and repair them",
    "completion": "print a completion script for your shell",
    "config": "show, set and check the settings",
    "connect": "let a ClickHouse server answer the questions",
    "delete-user": "take out a person, and everything about them",
    "demo": "create a sample workspace and open it",
    "doctor": "check terminal, clipboard, database and timing",
    "event": "create custom events; flag events as inactive, hidden or deleted",
    "export": "write boards and other kept things as files, to keep in git",
    "export-events": "write all events and statements about people as JSON lines",
    "follow": "import a file, and what is added to it, until ctrl+c",
    "forget": "take out all events and logs before a day",
    "import": "import events from files into a workspace",
    "info": "show what is in a workspace file, and how large it is",
    "list": "list boards, events, fields, segments, marks and more",
    "mark": "record that something happened, or list the marks",
    "profile": "show or switch the profile that uses a workspace",
    "push": "copy what is new to the server that answers",
    "run": "answer a question",
    "schema": "print the JSON schemas of a kind of question",
    "serve": "answer the documented HTTP requests on a port of this machine",
    "session-gap": "show or set how long a pause ends a session",
    "share": "write a board or a chart as a file for others; list and revoke them",
    "sql": "run one SELECT statement",
    "sync": "import what is new in sources since the last time",
    "undo": "take imports away again",
    "unusual": "list what moved most on the last day that is over",
}
"""Command -> what it does."""

ALSO = {"alerts": "alert"}
"""Another word for a command."""
