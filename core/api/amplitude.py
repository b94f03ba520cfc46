"""The routes of the Dashboard REST API."""

from __future__ import annotations

from core.api.route import Route

ROUTES: tuple[Route, ...] = ()
