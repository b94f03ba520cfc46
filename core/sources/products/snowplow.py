"""Snowplow's enriched events: a table with its native column names, or tab-separated text without a
header, as its enrichment writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.sources.products.nested import columns, first, only
from core.sources.values import load, typed

SIGN: Final = frozenset({"collector_tstamp", "event_id"})
MARKS: Final = frozenset(
    {"domain_userid", "event_name", "event_vendor", "network_userid", "v_collector", "v_tracker"}
)

_IN_ORDER: Final = """
app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id
name_tracker v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid
domain_sessionidx network_userid geo_country geo_region geo_city geo_zipcode geo_latitude
geo_longitude geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url page_title
page_referrer page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery
page_urlfragment refr_urlscheme refr_urlhost refr_urlport refr_urlpath refr_urlquery
refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content
mkt_campaign contexts se_category se_action se_label se_property se_value unstruct_event
tr_orderid tr_affiliation tr_total tr_tax tr_shipping tr_city tr_state tr_country ti_orderid
ti_sku ti_name ti_category ti_price ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min
pp_yoffset_max useragent br_name br_family br_version br_type br_renderengine br_lang
br_features_pdf br_features_flash br_features_java br_features_director br_features_quicktime
br_features_realplayer br_features_windowsmedia br_features_gears br_features_silverlight
br_cookies br_colordepth br_viewwidth br_viewheight os_name os_family os_manufacturer
os_timezone dvce_type dvce_ismobile dvce_screenwidth dvce_screenheight doc_charset doc_width
doc_height tr_currency tr_total_base tr_tax_base tr_shipping_base ti_currency ti_price_base
base_currency geo_timezone mkt_clickid mkt_network etl_tags dvce_sent_tstamp refr_domain_userid
refr_dvce_tstamp derived_contexts domain_sessionid derived_tstamp event_vendor event_name
event_format event_version event_fingerprint true_tstamp
"""

ATOMIC: Final = tuple(_IN_ORDER.split())
"""The columns of text without a header, in order."""

_COLUMNS: Final = {
    "geo_country": "country", "geo_region": "region", "geo_city": "city", "br_lang": "language",
    "platform": "platform", "os_family": "os", "dvce_type": "device_type",
    "br_family": "browser",
}  # fmt: skip
_TIMES: Final = ("derived_tstamp", "collector_tstamp", "dvce_created_tstamp")
_CONTEXTS: Final = {
    "contexts": "contexts", "derived_contexts": "contexts", "unstruct_event": "unstruct_event",
}  # fmt: skip
"""Column with objects that name their schema -> the beginning of their properties' names."""

_DROPPED: Final = frozenset({
    "collector_tstamp", "derived_tstamp", "domain_sessionid", "domain_userid",
    "dvce_created_tstamp", "dvce_sent_tstamp", "etl_tags", "etl_tstamp", "event", "event_id",
    "event_fingerprint", "event_format", "event_name", "event_vendor", "event_version",
    "load_tstamp", "name_tracker", "network_userid", "refr_domain_userid", "refr_dvce_tstamp",
    "true_tstamp", "txn_id", "user_fingerprint", "user_id", "user_ipaddress", "v_collector",
    "v_etl", "v_tracker",
}) | frozenset(_COLUMNS)  # fmt: skip
"""Columns that are no properties: they have a meaning, or only describe the delivery."""

_SCHEMA: Final = re.compile(r"(?:iglu:)?([^/]+)/([^/]+)/[^/]+/(\d+)")
_CLIENT_SESSION: Final = "client_session"
_STRUCTURED: Final = ("event", "struct")
"""What events of category, action, label, property and value are called."""


def reshape(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the plain line of one event."""
    properties: dict[str, Any] = {}
    for name, value in found.items():
        if name in _CONTEXTS:
            properties |= _contexts(_CONTEXTS[name], value)
        elif name.startswith(("contexts_", "unstruct_event_")):
            properties[name] = only(_parsed(value))
        elif name not in _DROPPED and not name.startswith("br_features_"):
            properties[name] = typed(value) if isinstance(value, str) and value else value
    session = _client_session(properties)
    name = first(found, ("event_name", "event"))
    yield {
        "event": (found.get("se_action") or name) if name in _STRUCTURED else name,
        "time": first(found, _TIMES),
        "user_id": found.get("user_id"),
        "device_id": found.get("domain_userid") or session.get("userId") or session.get("user_id"),
        "session_id": found.get("domain_sessionid")
        or session.get("sessionId")
        or session.get("session_id"),
        "insert_id": found.get("event_id"),
        **columns(found, _COLUMNS),
        "properties": properties,
    }


def _contexts(prefix: str, value: Any) -> dict[str, Any]:
    """Return objects that name their schema as properties, called as warehouses call them."""
    given = _parsed(value)
    given = given.get("data") if isinstance(given, dict) else given
    found: dict[str, list[Any]] = {}
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, dict):
            continue
        if schema := _SCHEMA.match(str(each.get("schema"))):
            vendor, name, version = schema.groups()
            called = f"{prefix}_{vendor.replace('.', '_')}_{name}_{version}"
            found.setdefault(called, []).append(each.get("data"))
    return {name: only(values) for name, values in found.items()}


def _client_session(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the session of an app's events, which have no cookie."""
    named = (value for name, value in properties.items() if _CLIENT_SESSION in name)
    return next((value for value in named if isinstance(value, dict)), {})


def _parsed(value: Any) -> Any:
    return load(value, "contexts") if isinstance(value, str) else value
