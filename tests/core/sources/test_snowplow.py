"""Snowplow's tables and text without a header become the same events."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from core.sources.products.snowplow import ATOMIC
from tests.core.sources.small import Stored, imported
from tests.worlds.sources.exports import snowplow_row as row


def check(found: Stored) -> None:
    """Check what the two rows of one person on one device are."""
    assert found.report.rejected == 0
    first, second = found.events
    assert (first["event"], first["device"], first["session"]) == ("link_click", "d1", "s1")
    assert (first["person"], second["user"]) == ("ida", "ida")
    assert first["ts"] == 1_777_881_600_250
    assert (first["country"], first["os"], first["platform"]) == ("NO", "Linux", "web")
    assert first["properties"] == {
        "app_id": "shop",
        "page_urlpath": "/hats",
        "br_viewwidth": 800,
        "contexts_com_snowplowanalytics_snowplow_web_page_1": {"id": "p"},
        "unstruct_event_com_snowplowanalytics_snowplow_link_click_1": {"n": 3},
    }


ROWS = [row(0), row(1, user_id="ida")]


def test_text_without_a_header(tmp_path: Path) -> None:
    text = "\n".join("\t".join(each.values()) for each in ROWS)
    check(imported(tmp_path, text, "part-00000"))


def test_a_table_with_the_native_names(tmp_path: Path) -> None:
    out = io.StringIO()
    table = csv.DictWriter(out, ATOMIC)
    table.writeheader()
    table.writerows(ROWS)
    check(imported(tmp_path, out.getvalue(), "events.csv"))


def test_contexts_in_columns_of_their_own(tmp_path: Path) -> None:
    session = [{"userId": "phone", "sessionId": "s9"}]
    name = "contexts_com_snowplowanalytics_snowplow_client_session_1_0_1"
    cells = row(0, domain_userid="", domain_sessionid="") | {name: json.dumps(session)}
    out = io.StringIO()
    csv.writer(out).writerows([cells.keys(), cells.values()])
    (event,) = imported(tmp_path, out.getvalue(), "events.csv").events
    assert (event["device"], event["session"]) == ("phone", "s9")
    assert event["properties"][name] == session[0]


def test_a_line_of_another_width_is_rejected_alone(tmp_path: Path) -> None:
    good = "\t".join(row(0).values())
    found = imported(tmp_path, f"{good}\na\tb\n\n" + "\t".join(row(1).values()), "part-00000")
    assert (found.report.stored, found.report.reasons) == (2, {"not 131 columns": 1})
