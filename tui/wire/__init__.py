"""What is sent to the terminal: only what differs from what it shows."""

from __future__ import annotations

from textual.driver import Driver


def quiet(driver: type[Driver]) -> type[Driver]:
    """Return the quiet form of a driver, or the driver itself if it has none."""
    if driver.__name__ != "LinuxDriver":
        return driver
    from tui.wire.driver import QuietDriver

    return QuietDriver
