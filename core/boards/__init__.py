"""Answering boards tile by tile, starter boards, and suggested questions."""
