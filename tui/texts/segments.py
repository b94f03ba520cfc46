"""The built-in segments in words."""

SEGMENTS = {
    "new": "first seen within the last 7 days",
    "returning": "not new, active in the last 7 days",
    "dormant": "last seen 8 to 30 days ago",
    "churned": "last seen more than 30 days ago",
    "one_timer": "1 session in the range",
    "casual": "2 to 4 sessions in the range",
    "regular": "5 to 14 sessions in the range",
    "power_user": "15 sessions or more in the range",
}
"""Segment id and its rule (definitions 5.1)."""
