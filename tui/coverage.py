"""`python -m tui.coverage` prints docs/coverage.md."""

from __future__ import annotations

from core.api.coverage import page

if __name__ == "__main__":
    print(page(), end="")
