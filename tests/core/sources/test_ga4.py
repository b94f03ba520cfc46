"""GA4's export to BigQuery becomes events with plain properties."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from tests.core.sources.small import imported, lines
from tests.worlds.sources.exports import MICROS
from tests.worlds.sources.exports import ga4_event as event


def test_parameters_are_properties_and_known_fields_columns(tmp_path: Path) -> None:
    found = imported(tmp_path, lines(
        event(0, "page_view", page_location="/a", engagement_time_msec=120, value=1.5)
    ))  # fmt: skip
    (stored,) = found.events
    parameters = {"page_location": "/a", "engagement_time_msec": 120, "value": 1.5}
    assert stored["properties"] == {"stream_id": "77", **parameters}
    assert (stored["ts"], stored["session"], stored["device"]) == (MICROS // 1000, "88", "5.6")
    columns = ("country", "os", "device_type", "device_model", "browser", "language", "platform")
    wanted = ["Norway", "iOS", "tablet", "iPad", "Safari", "nb", "WEB"]
    assert [stored[column] for column in columns] == wanted
    assert "city" not in stored


def test_a_user_is_linked_to_the_device_and_described(tmp_path: Path) -> None:
    plan = [{"key": "plan", "value": {"string_value": "gold", "set_timestamp_micros": "1"}}]
    found = imported(tmp_path, lines(
        event(0, "session_start"), {**event(1, "purchase", "ole"), "user_properties": plan},
    ))  # fmt: skip
    assert {each["person"] for each in found.events} == {"ole"}
    assert found.traits == {("ole", "plan"): "gold"}


def test_items_and_revenue_are_kept(tmp_path: Path) -> None:
    bought = {
        **event(0, "purchase", "ole"), "items": [{"item_id": "1", "price": 3.5}],
        "ecommerce": {"purchase_revenue": 3.5, "transaction_id": None},
    }  # fmt: skip
    (stored,) = imported(tmp_path, lines(bought)).events
    assert stored["properties"]["items"] == [{"item_id": "1", "price": 3.5}]
    assert stored["properties"]["ecommerce"]["purchase_revenue"] == 3.5


def test_parameters_that_are_no_list_are_refused(tmp_path: Path) -> None:
    broken = {**event(0, "page_view"), "event_params": {"a": 1}}
    found = imported(tmp_path, lines(event(1, "page_view"), broken))
    assert found.report.reasons == {"event_params not a list": 1}


def test_a_table_has_the_objects_of_an_event_as_text(tmp_path: Path) -> None:
    sent = event(0, "page_view", page_location="/a")
    (plain,) = imported(tmp_path, lines(sent)).events
    cells = [json.dumps(v) if isinstance(v, dict | list) else v for v in sent.values()]
    text = io.StringIO()
    csv.writer(text).writerows([list(sent), cells])
    (tmp_path / "table").mkdir()
    (row,) = imported(tmp_path / "table", text.getvalue(), "in.csv").events
    assert row == plain
