"""The process that reads a source and sends it: started by `apart`, as a program of its own."""

from __future__ import annotations

import pickle
import signal
import sys


def main() -> None:
    """Read the request, then send what it asks for until the end or until nobody reads it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    sys.path[:] = pickle.load(sys.stdin.buffer)
    from core.sources.flow.sending import send

    send(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
