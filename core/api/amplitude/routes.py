"""The routes of the Dashboard REST API (amplitude-dashboard-api.txt), in the document's order."""

from __future__ import annotations

from core.api import amplitude_saved as saved
from core.api import amplitude_segmentation as segmented
from core.api.amplitude import charts, funnels, people
from core.api.amplitude import parameters as ask
from core.api.amplitude_errors import by_their_names
from core.api.route import Asked, Handler, Nothing, Route

BASE = "/api/2"
RANGE = "start=20260801&end=20260831"


def _get(
    path: str, asked: type[Asked], answer: Handler, section: str, query: str, run: str
) -> Route:
    handler = by_their_names(answer)
    return Route("amplitude", "GET", path, asked, handler, section, f"GET {path}{query}", run)


ROUTES: tuple[Route, ...] = (
    _get("/api/3/chart/:chart_id/query", ask.Chart, saved.chart,
         "Get results from an existing chart", "", ""),
    _get("/api/3/chart/:chart_id/csv", ask.Chart, saved.table, "Export data tables", "", ""),
    _get(f"{BASE}/users", ask.Users, people.users, "Get active and new user counts",
         f"?{RANGE}&m=active&i=7", "users weekly 2026-08-01..2026-08-31"),
    _get(f"{BASE}/sessions/length", ask.SessionLength, people.session_length,
         "Get session length distribution", f"?{RANGE}", "sessions length"),
    _get(f"{BASE}/sessions/average", ask.Dates, people.session_average,
         "Get average session length", f"?{RANGE}", "sessions average"),
    _get(f"{BASE}/sessions/peruser", ask.Dates, people.sessions_per_user,
         "Get average sessions per user", f"?{RANGE}", "sessions per user"),
    _get(f"{BASE}/composition", ask.Composition, people.composition, "User composition",
         f"?{RANGE}&p=platform", "composition by platform"),
    _get(f"{BASE}/events/list", Nothing, charts.events_list, "Get events list", "",
         "events list"),
    _get(f"{BASE}/events/segmentation", ask.Segmentation, segmented.segmentation,
         "Event segmentation", f'?e={{"event_type":"_active"}}&{RANGE}', "users of _active"),
    _get(f"{BASE}/funnels", ask.Funnel, funnels.funnels, "Funnel analysis",
         f'?e={{"event_type":"signup"}}&e={{"event_type":"purchase"}}&{RANGE}&cs=604800',
         "signup > purchase with filters_on = first"),
    _get(f"{BASE}/retention", ask.Retention, charts.retention, "Retention analysis",
         f'?se={{"event_type":"_new"}}&re={{"event_type":"_active"}}&{RANGE}',
         "retention of _new return _active daily 31 24 hour windows cohorts every"),
    _get(f"{BASE}/useractivity", ask.UserActivity, people.user_activity, "User activity",
         "?user=1&limit=1", "user u_00001 limit 2"),
    _get(f"{BASE}/usersearch", ask.UserSearch, people.user_search, "User search", "?user=u_0",
         "users matching u_0"),
    _get(f"{BASE}/realtime", ask.Realtime, people.realtime, "Real-time active users", "?i=5",
         "realtime"),
    _get(f"{BASE}/revenue/ltv", ask.Ltv, charts.ltv, "Revenue lifetime value", f"?{RANGE}&i=7",
         "ltv weekly"),
)  # fmt: skip
