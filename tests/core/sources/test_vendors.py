"""Lines of a vendor that are not as it writes them never stop an import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.sources import vendors
from core.sources.reshaped import UNUSUAL
from tests.core.sources.small import imported, lines
from tests.worlds.sources.exports import (
    amplitude_event,
    ga4_event,
    mixpanel_event,
    posthog_event,
    segment_call,
    snowplow_row,
)

ODD: tuple[Any, ...] = (None, "", "x", "{", 0, 1.5, True, [], ["x"], [[1]], {}, {"a": {"b": 1}})

LINES: dict[str, list[dict[str, Any]]] = {
    "amplitude": [
        amplitude_event(0, "$identify", user_id="ole", user_properties={"$set": {"a": 1}}),
        amplitude_event(1, groups={"team": ["red"]}),
        {"amplitude_id": 1, "merged_amplitude_id": 2, "merge_event_time": "2026-05-04"},
    ],
    "ga4": [ga4_event(0, "page_view", page_location="/a")],
    "mixpanel": [
        mixpanel_event(0, **{"$distinct_id_before_identity": "x"}),
        mixpanel_event(1, "$identify", **{"$identified_id": "ole", "$anon_id": "d1"}),
        mixpanel_event(2, "$merge", **{"$distinct_ids": ["ole", "ola"]}),
        mixpanel_event(3, "$create_alias", alias="o"),
        {"$distinct_id": "ole", "$properties": {"$last_seen": "2026-05-04", "plan": "x"}},
    ],
    "posthog": [
        {**posthog_event(0, **{"$device_id": "d"}), "person_id": "p", "person": {"properties": {}}},
        posthog_event(1, "$identify", **{"$anon_distinct_id": "a", "$set": {"a": 1}}),
        posthog_event(2, "$create_alias", alias="o"),
        posthog_event(3, "$set", **{"$unset": ["a"], "$set_once": {"b": 1}}),
    ],
    "segment": [
        segment_call("page", 1, name="Hats"),
        segment_call("alias", 2, userId="ida", previousId="i"),
        segment_call("identify", 3, userId="ida", traits={"a": 1}),
    ],
    "snowplow": [snowplow_row(0)],
}


def _mutated(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the line with every value, and every value one level below, replaced by others."""
    for name, value in line.items():
        for odd in ODD:
            yield {**line, name: odd}
        for inner in value if isinstance(value, dict) else ():
            for odd in ODD:
                yield {**line, name: {**value, inner: odd}}
        yield {other: v for other, v in line.items() if other != name}


@pytest.mark.parametrize("product", LINES)
def test_odd_values_are_refused_alone(tmp_path: Path, product: str) -> None:
    for number, line in enumerate(LINES[product]):
        odd = list(_mutated(line))
        found = imported(tmp_path, lines(line, *odd, line), f"{number}.jsonl").report
        apart = sum(found.left_out.values())
        assert UNUSUAL not in found.reasons
        assert found.read == len(odd) + 2
        assert found.read == (
            found.stored + found.repeated + found.rejected + found.identified + apart
        )


def test_a_surprise_in_one_line_is_refused_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reshape(found: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"event": found["n"].strip(), "time": "2026-05-04"}]

    vendor = vendors.Vendor(frozenset({"n"}), reshape=reshape, name="made up")
    monkeypatch.setattr(vendors, "RESHAPED", (vendor,))
    found = imported(tmp_path, lines({"n": " a "}, {"n": 7}, {"n": "b"}))
    assert found.names == {"a": 1, "b": 1}
    assert found.report.reasons == {UNUSUAL: 1}


def test_a_mapping_makes_no_event_of_a_statement(tmp_path: Path) -> None:
    said = mixpanel_event(1, "$merge", **{"$distinct_ids": ["ole", "ola"]})
    found = imported(tmp_path, lines(mixpanel_event(0), said), mapping={"event": "event"})
    assert found.names == {"Play": 1}
    assert (found.report.read, found.report.identified) == (2, 1)


def test_every_vendor_has_a_name() -> None:
    names = [vendor.name for vendor in (*vendors.FLAT, *vendors.RESHAPED)]
    assert all(names)
    assert len(set(names)) == len(names)
