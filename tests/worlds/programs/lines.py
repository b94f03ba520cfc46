"""Files of events with everything that an import has to deal with."""

from __future__ import annotations

import json
import random
from pathlib import Path

START = 1_743_933_600_000


def write_events(path: Path, count: int, seed: int = 1) -> None:
    """Write lines with and without ids, repeats, devices, links, aliases, traits and rubbish."""
    rng = random.Random(seed)
    lines: list[str] = []
    for n in range(count):
        kind = rng.random()
        line: dict[str, object] = {"time": START + rng.randrange(count * 60) * 1000}
        if kind < 0.03:
            line |= {
                "type": "identify",
                "user_id": f"u{rng.randrange(60)}",
                "device_id": f"d{rng.randrange(60)}",
                "traits": {"plan": rng.choice("ab")},
            }
        elif kind < 0.05:
            line |= {
                "type": "alias",
                "user_id": f"u{rng.randrange(60)}",
                "previous_id": f"u{rng.randrange(60)}",
            }
        else:
            line |= {"event": rng.choice("abc"), "country": rng.choice(["NL", "US", None]), "n": n}
            line |= rng.choice(
                [{"user": f"u{rng.randrange(60)}"}, {"device_id": f"d{rng.randrange(60)}"}, {}]
            )
            line |= rng.choice([{}, {}, {"insert_id": n}, {"session_id": rng.randrange(99)}])
        lines.append(json.dumps(line))
        if kind > 0.9:
            lines.append(lines[rng.randrange(len(lines))])
        if kind > 0.99:
            lines.append("rubbish")
    path.write_text("\n".join(lines))  # fmt: skip
