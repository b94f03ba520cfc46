"""Alerts: judging the answers of questions by conditions, and telling of it once."""
