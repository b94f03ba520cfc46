"""Keys as the terminal sends them: Escape and the key after it are two, however fast they come."""

from __future__ import annotations

import pytest
from textual import constants
from textual.events import Key, Message

from tui.wire import reading
from tui.wire.reading import KeyReader

ESC = "\x1b"


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The reader's clock."""
    found = Clock()
    monkeypatch.setattr(reading, "time", found)
    return found


def keys(messages: list[Message]) -> list[str]:
    return [each.key if isinstance(each, Key) else type(each).__name__ for each in messages]


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ([f"{ESC}8"], "escape 8"),
        ([f"x{ESC}{ESC}:"], "x escape escape colon"),
        ([f"{ESC}\r"], "escape enter"),
        ([f"{ESC}\t"], "escape tab"),
        ([ESC, "8"], "escape 8"),
        ([f"{ESC}{ESC}[B"], "escape down"),
        ([ESC, "[B"], "down"),
        ([f"{ESC}[B{ESC}[A"], "down up"),
        ([ESC, "[", "B"], "down"),
        ([f"{ESC}[", ESC, "8"], "escape left_square_bracket escape 8"),
        ([f"a{ESC}O", "P"], "a f1"),
        ([f"8{ESC}OP"], "8 f1"),
        ([f"{ESC}b"], "ctrl+left"),
        ([f"{ESC}[200~a b{ESC}[201~q"], "Paste q"),
    ],
)
def test_escape_is_a_key_of_its_own(clock: Clock, sent: list[str], typed: str) -> None:
    reader = KeyReader()
    found = [message for data in sent for message in reader.read(data)]
    assert keys(found) == typed.split()


def test_an_escape_alone_is_known_after_a_while(clock: Clock) -> None:
    reader = KeyReader()
    assert reader.patience is None
    assert keys(list(reader.read(ESC))) == []
    assert reader.patience == pytest.approx(constants.ESCAPE_DELAY)
    assert keys(list(reader.read(""))) == []
    clock.now += constants.ESCAPE_DELAY
    assert keys(list(reader.read(""))) == ["escape"]
    assert reader.patience is None


@pytest.mark.parametrize("sent", [[ESC, "]"], [f"{ESC}]"], [f"8{ESC}]"]])
def test_an_escape_and_a_key_that_could_begin_a_sequence_are_two_keys_after_a_while(
    clock: Clock, sent: list[str]
) -> None:
    reader = KeyReader()
    found = keys([message for data in sent for message in reader.read(data)])
    clock.now += constants.ESCAPE_DELAY
    found += keys(list(reader.read("")))
    assert found[-2:] == ["escape", "right_square_bracket"]
    assert reader.patience is None
