"""One event or call of each product, as its export writes it."""

from __future__ import annotations

import json
from typing import Any

from core.sources.products.snowplow import ATOMIC


def amplitude_event(number: int, kind: str = "play", **fields: Any) -> dict[str, Any]:
    """Return one event in the long form of the export."""
    at = f"2026-05-04 08:00:{number:02d}.000000"
    return {
        "$insert_id": f"i{number}", "$schema": 13, "amplitude_id": 41, "app": 9, "city": None,
        "client_event_time": at, "country": "Norway", "data": {}, "device_id": "phone",
        "event_id": 1, "event_properties": {}, "event_time": at, "event_type": kind, "groups": {},
        "ip_address": "192.0.2.9", "language": "Norwegian", "os_name": "Safari",
        "platform": "Web", "session_id": 1777881600000, "user_id": None, "user_properties": {},
        "uuid": f"u{number}", "version_name": "3.1", **fields,
    }  # fmt: skip


MICROS = 1_777_881_600_123_456


def _listed(**values: Any) -> list[dict[str, Any]]:
    kinds = {str: "string_value", int: "int_value", float: "double_value"}
    empty = dict.fromkeys(("string_value", "int_value", "float_value", "double_value"))
    return [
        {"key": key, "value": {**empty, kinds[type(v)]: str(v) if isinstance(v, int) else v}}
        for key, v in values.items()
    ]


def ga4_event(second: int, name: str, user: str | None = None, **parameters: Any) -> dict[str, Any]:
    """Return one event as BigQuery exports it."""
    device = {
        "category": "tablet", "operating_system": "iOS", "language": "nb",
        "mobile_model_name": "iPad", "web_info": {"browser": "Safari"},
    }  # fmt: skip
    return {
        "event_date": "20260504", "event_timestamp": str(MICROS + second * 1_000_000),
        "event_name": name, "event_params": _listed(ga_session_id=88, **parameters),
        "user_id": user, "user_pseudo_id": "5.6", "user_properties": [], "device": device,
        "geo": {"country": "Norway", "region": "Vestland", "city": "(not set)"}, "items": [],
        "platform": "WEB", "ecommerce": None, "stream_id": "77",
    }  # fmt: skip


SECOND = 1_777_881_600


def mixpanel_event(
    number: int, name: str = "Play", who: str = "ole", **more: Any
) -> dict[str, Any]:
    """Return one event of the raw export."""
    properties = {"time": SECOND + number, "distinct_id": who, "$insert_id": f"i{number}"}
    return {"event": name, "properties": {**properties, "mp_country_code": "NO", **more}}


def posthog_event(
    number: int, name: str = "play", who: str = "ole", **inside: Any
) -> dict[str, Any]:
    """Return one event as the API has it."""
    at = f"2026-05-04T08:00:{number:02d}Z"
    common = {"uuid": f"u{number}", "event": name, "timestamp": at, "distinct_id": who}
    return {**common, "properties": inside, "elements": []}


SENT_AT = "2026-05-04T08:00:00Z"


def segment_call(kind: str, number: int, **fields: Any) -> dict[str, Any]:
    """Return one call of ida on her phone."""
    context = {
        "ip": "192.0.2.9", "locale": "fr-FR", "page": {"url": "https://shop.test/hats"},
        "app": {"version": "2.1"}, "device": {"type": "ios", "model": "iPhone15"},
    }  # fmt: skip
    common = {
        "messageId": f"m{number}",
        "timestamp": SENT_AT,
        "sentAt": SENT_AT,
        "anonymousId": "a7",
    }
    return {"type": kind, **common, "context": context, "integrations": {}, **fields}


PAGE = {"schema": "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0"}
CLICK = {"schema": "iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1"}
CONTEXTS = {"schema": "iglu:x/contexts/jsonschema/1-0-0", "data": [{**PAGE, "data": {"id": "p"}}]}
UNSTRUCT = {"schema": "iglu:x/unstruct_event/jsonschema/1-0-0", "data": {**CLICK, "data": {"n": 3}}}


def snowplow_row(number: int, **more: str) -> dict[str, str]:
    """Return one event: column -> cell."""
    return dict.fromkeys(ATOMIC, "") | {
        "app_id": "shop", "platform": "web", "etl_tstamp": "2026-05-04 08:00:09.000",
        "collector_tstamp": "2026-05-04 08:00:02.000", "event": "unstruct",
        "derived_tstamp": f"2026-05-04 08:00:0{number}.250", "event_name": "link_click",
        "event_id": f"7c1d0f55-9f5e-4242-ac12-00000000000{number}", "v_etl": "beam",
        "user_ipaddress": "192.0.2.9", "domain_userid": "d1", "domain_sessionid": "s1",
        "geo_country": "NO", "br_lang": "nb", "os_family": "Linux", "page_urlpath": "/hats",
        "br_viewwidth": "800", "br_features_pdf": "1", "contexts": json.dumps(CONTEXTS),
        "unstruct_event": json.dumps(UNSTRUCT), **more,
    }  # fmt: skip
