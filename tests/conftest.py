"""How the random tests draw their worlds.

By default every run draws the same ones, so that a test passes or fails for everybody alike.
`pytest -m hypothesis --hypothesis-profile=explore` draws new ones each time; what it finds is
printed with the seed and the lines that repeat it.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("fixed")
