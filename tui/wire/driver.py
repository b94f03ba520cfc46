"""The terminal's driver: frames go through `Frames`, everything else as it is."""

from __future__ import annotations

import os
import select
import sys
from codecs import getincrementaldecoder
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from tui.wire.frames import Frames
from tui.wire.reading import KeyReader

START, END = "\x1b[?2026h", "\x1b[?2026l"
"""Around a frame that the terminal paints as a whole."""

LOOK = 0.1
"""Seconds after which the thread that reads looks whether it has to end."""

CHUNK = 4096


class QuietDriver(LinuxDriver):
    """Sends only the cells that differ from those shown.

    It sends them to standard output, which is a terminal; standard error may be a file.

    Args:
        app: the application; `frames` is what its terminal shows.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file = sys.__stdout__
        self.frames: Frames = app.frames
        self._whole = False
        self.frames.send = self.show

    def start_application_mode(self) -> None:
        """See Driver; what the terminal shows is not known."""
        self.frames.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """See Driver; no colour stays on."""
        super().write("\x1b[0m")
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """See LinuxDriver; Escape is a key of its own, whatever is typed right after it."""
        reader = KeyReader()
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            wait = LOOK if reader.patience is None else min(reader.patience, LOOK)
            data = ""
            if select.select([self.fileno], (), (), wait)[0]:
                sent = os.read(self.fileno, CHUNK)
                if not sent:
                    self.exit_event.wait(LOOK)
                data = decode(sent)
            for message in reader.read(data):
                self.process_message(message)

    def write(self, data: str) -> None:
        """See Driver: a frame is the text between its marks, or else one write."""
        if data in (START, END):
            self._whole = self._whole or data == START
            return
        if "\x1b[" in data and self.frames.read(data):
            self.show()
        else:
            super().write(data)

    def show(self) -> None:
        """Send what differs, unless frames are held."""
        changes = self.frames.changes()
        if changes:
            super().write(f"{START}{changes}{END}" if self._whole else changes)
