"""Tests: folders like those of the packages, with oracles and worlds beside them."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The project's folder."""
