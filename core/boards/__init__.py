"""Boards answered tile by tile, the boards to begin with, and questions to suggest."""
