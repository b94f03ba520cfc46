"""Further forms in which products write the same events."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.records import Alias, Identify, LeftOut, Rejected, Row
from tests.core.sources.small import lines, records, told
from tests.worlds.sources.exports import (
    MICROS,
    SECOND,
    amplitude_event,
    ga4_event,
    mixpanel_event,
    segment_call,
)


def test_columns_in_upper_case_are_those_of_the_vendor(tmp_path: Path) -> None:
    sent = amplitude_event(0, user_id="ole")
    named = {name.upper(): value for name, value in sent.items()}
    found = records(tmp_path, lines(named), "in.jsonl")
    assert [type(each) for each in found] == [Row, Alias]
    snowplow = (
        "COLLECTOR_TSTAMP,EVENT_NAME,EVENT_ID,DOMAIN_USERID,PAGE_URLPATH\n"
        "2026-05-04 08:00:00,page_view,e1,u1,/a\n"
    )
    assert told(tmp_path, snowplow) == [("page_view", None, "u1", None, {"page_urlpath": "/a"})]


def test_an_event_as_a_library_sends_it_to_amplitude(tmp_path: Path) -> None:
    sent = {
        "event_type": "play", "user_id": "ole", "device_id": "d", "time": SECOND * 1000,
        "insert_id": "i", "app_version": "2.1", "event_properties": {"level": 3},
    }  # fmt: skip
    operations = {"$set": {"plan": "gold"}}
    about = {**sent, "event_type": "$identify", "user_properties": operations}
    page = json.dumps({"api_key": "k", "events": [sent, about]})
    event, said = records(tmp_path, page, "in.json")
    assert isinstance(event, Row)
    assert (event.event, event.properties) == ("play", '{"level":3}')
    assert "2.1" in event.context
    assert isinstance(said, Identify)
    assert said.traits == {"plan": "gold"}


def test_events_of_mixpanel_in_a_warehouse(tmp_path: Path) -> None:
    table = (
        "event_name,distinct_id,time,insert_id,device_id,user_id,properties\n"
        'View,$device:aa,2026-05-04 08:00:00 UTC,i1,aa,,"{""$browser"":""Chrome"",""plan"":1}"\n'
        "Buy,ana,2026-05-04 09:00:00 UTC,i2,aa,ana,{}\n"
    )
    assert told(tmp_path, table) == [
        ("View", None, "aa", None, {"plan": 1}),
        ("Buy", "ana", "aa", None, {}),
    ]


def test_people_of_mixpanel_as_shown_and_its_groups_are_no_events(tmp_path: Path) -> None:
    shown = "Distinct ID,Name,Email,Updated at,plan\nana,Ana,a@x.test,2026-05-04T08:00:00,pro\n"
    (said,) = records(tmp_path, shown)
    assert isinstance(said, Identify)
    assert (said.user, said.traits) == ("ana", {"name": "Ana", "email": "a@x.test", "plan": "pro"})
    group = {"$group_key": "company", "$group_id": "acme", "$properties": {"size": 5}}
    assert records(tmp_path, lines(group), "g.jsonl") == [LeftOut("descriptions of groups")]


COMMON = "id,received_at,anonymous_id,user_id,timestamp,original_timestamp"
VALUES = "m1,2026-05-04 08:00:01,a1,ana,2026-05-04 08:00:00,2026-05-04 08:00:00"


@pytest.mark.parametrize(
    ("more", "values", "wanted"),
    [
        ("event,event_text,revenue", "paid,Paid,9.5", ("Paid", {"revenue": 9.5})),
        ("name,path,title", ",/a,A", ("page", {"path": "/a", "title": "A"})),
        ("name,context_app_version", "Home,2", ("screen", {"name": "Home"})),
    ],
)
def test_tables_of_segment_are_tracks_pages_and_screens(
    tmp_path: Path, more: str, values: str, wanted: tuple[str, Any]
) -> None:
    name, properties = wanted
    found = told(tmp_path, f"{COMMON},{more}\n{VALUES},{values}\n")
    assert found == [(name, "ana", "a1", None, properties)]


def test_tables_of_segment_about_people(tmp_path: Path) -> None:
    def said(more: str, values: str) -> list[Any]:
        return records(tmp_path, f"{COMMON},{more}\n{VALUES},{values}\n")

    (identify,) = said("email,name,context_ip", "a@x.test,Ana,192.0.2.1")
    assert identify[:2] == ("ana", "a1")
    assert identify.traits == {"email": "a@x.test", "name": "Ana"}
    left, member = said("group_id,name", "acme,Acme")
    assert (left, member[:2]) == (LeftOut("group calls"), ("ana", "a1"))
    alias, link = said("previous_id", "a0")
    assert (alias.old, alias.new, link.device) == ("a0", "ana", "a0")
    users = "id,received_at,uuid_ts,email\nana,2026-05-04,2026-05-04,a@x.test\n"
    (user,) = records(tmp_path, users)
    assert isinstance(user, Identify)
    assert (user.user, user.traits) == ("ana", {"email": "a@x.test"})


def test_calls_say_their_browser_by_the_agent_and_merges_are_left_out(tmp_path: Path) -> None:
    agent = {"context": {"userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}}
    sent = segment_call("track", 1, event="Buy", **agent), segment_call("merge", 2)
    event, left = records(tmp_path, lines(*sent), "in.jsonl")
    assert isinstance(event, Row)
    assert {"Firefox", "Linux", "desktop"} <= set(event.context)
    assert left == LeftOut("merge calls")


def test_structured_events_of_snowplow_are_called_as_their_action(tmp_path: Path) -> None:
    row = {
        "collector_tstamp": "2026-05-04 08:00:00", "event": "struct", "event_name": "event",
        "event_id": "e1", "user_id": "ana", "se_category": "video", "se_action": "play",
        "v_tracker": "py-1",
    }  # fmt: skip
    ((name, user, *_),) = told(tmp_path, lines(row), "in.jsonl")
    assert (name, user) == ("play", "ana")


def test_ga4_in_other_shapes(tmp_path: Path) -> None:
    flat = (
        "event_date,event_timestamp,event_name,user_id,user_pseudo_id,ga_session_id,page_location\n"
        f"20260504,{MICROS},page_view,,11.22,88,/a\n"
    )
    assert told(tmp_path, flat) == [("page_view", None, "11.22", "88", {"page_location": "/a"})]
    event = ga4_event(0, "page_view", page_location="/a")
    wrapped = {"list": [{"element": each} for each in event["event_params"]]}
    ((_, _, _, session, properties),) = told(
        tmp_path, lines({**event, "event_params": wrapped}), "in.jsonl"
    )
    assert (session, properties["page_location"]) == ("88", "/a")
    unnested = (
        "event_name,event_timestamp,user_pseudo_id,event_params.key,event_params.value.int_value\n"
        f"page_view,{MICROS},11.22,ga_session_id,88\n"
    )
    (refused,) = records(tmp_path, unnested)
    assert isinstance(refused, Rejected)
    assert "without UNNEST" in refused.reason


def test_umami_in_its_api_and_its_other_tables(tmp_path: Path) -> None:
    common = {"websiteId": "w", "sessionId": "s1", "createdAt": "2026-05-04T08:00:00Z"}
    page = {"data": [
        {"id": "e1", **common, "urlPath": "/", "eventType": 1, "eventName": ""},
        {"id": "e2", **common, "urlPath": "/", "eventType": 2, "eventName": "signup"},
    ]}  # fmt: skip
    found = told(tmp_path, json.dumps(page), "u.json")
    assert [each[:3] for each in found] == [("page view", None, "s1"), ("signup", None, "s1")]
    data = (
        "website_id,session_id,event_id,url_path,event_name,data_key,data_type,created_at\n"
        "w,s1,e1,/,signup,plan,1,2026-05-04 08:00:00\n"
    )
    sessions = (
        "session_id,website_id,browser,os,screen,created_at\ns1,w,chrome,Linux,1x1,2026-05-04\n"
    )
    for table in (data, sessions):
        (left,) = records(tmp_path, table)
        assert isinstance(left, LeftOut)


def test_matomo_with_actions_in_columns(tmp_path: Path) -> None:
    table = (
        "idVisit,visitorId,userId,actionDetails_0_type,actionDetails_0_url,"
        "actionDetails_0_timestamp,actionDetails_1_type,actionDetails_1_eventAction,"
        f"actionDetails_1_timestamp\n5,ab,ana,action,/a,{SECOND},event,play,{SECOND + 9}\n"
    )
    assert told(tmp_path, table) == [
        ("page view", "ana", "ab", "5", {"url": "/a"}),
        ("play", "ana", "ab", "5", {}),
    ]


def test_visits_of_ahoy_join_the_visits_of_one_visitor(tmp_path: Path) -> None:
    header = "id,visit_token,visitor_token,user_id,started_at\n"
    rows = "31,t1,v1,,2026-05-04 08:00:00\n32,t2,v1,12,2026-05-05 08:00:00\n"
    _, link, _, alias = records(tmp_path, header + rows)
    assert link[:2] == ("visitor:v1", "visit-31")
    assert alias[:2] == ("visitor:v1", "12")
    tokens = "id,visit_token,visitor_token,user_id,name,properties,time\n"
    found = told(tmp_path, tokens + "1,t1,v1,,Looked,{},2026-05-04 08:00:00\n")
    assert found == [("Looked", None, "v1", "t1", {})]


def test_products_with_names_of_their_own(tmp_path: Path) -> None:
    simple = "added_iso,datapoint,path,session_id,uuid\n2026-05-04T08:00:00Z,pageview,/a,s1,u1\n"
    assert told(tmp_path, simple) == [("page view", None, "s1", "s1", {"path": "/a"})]
    heap = "event_id,user_id,session_id,time,event_table_name\n1,55,7,2026-05-04 08:00:00,signup\n"
    assert told(tmp_path, heap) == [("signup", None, "55", "7", {})]
    countly = {"_id": "x", "e": "Buy", "did": "d1", "ts": SECOND, "sg": {"item": "hat"}, "s": 3}
    wanted = [("Buy", None, "d1", None, {"item": "hat", "sum": 3})]
    assert told(tmp_path, lines(countly), "c.jsonl") == wanted


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("date,visitors\n2026-05-04,12\n", "daily totals"),
        ("Hostname,Pathname,Timestamp,Views,Uniques\nx,/,2026-05-04,5,3\n", "daily totals"),
        ("Event name,Event count,Total users\npage_view,12,3\n", "daily totals"),
        ("Page,Pageviews,Unique Pageviews,Avg. Time on Page\n/,5,3,00:01\n", "daily totals"),
        ('{"results":[{"date":"2026-05-04","visitors":5,"pageviews":8}]}', "daily totals"),
        ('<?xml version="1.0"?>\n<result><row/></result>\n', "XML"),
    ],
)
def test_what_has_no_events_is_refused_with_the_reason(
    tmp_path: Path, content: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        records(tmp_path, content)


def test_rows_of_an_answer_with_columns_are_objects(tmp_path: Path) -> None:
    rows = [["buy", "2026-05-04T08:00:00Z", "ana", '{"$lib":"web","a":[{"b":1},{"c":2}]}']]
    answer = {"results": rows, "columns": ["event", "timestamp", "distinct_id", "properties"]}
    wanted = {"$lib": "web", "a": [{"b": 1}, {"c": 2}]}
    assert told(tmp_path, json.dumps(answer), "r.json") == [("buy", "ana", None, None, wanted)]
    named = {"columns": [{"name": "user_id"}, {"name": "event"}, {"name": "time"}]}
    answer = {**named, "data": [["ana", "Buy", "2026-05-04"], ["bob", "Buy", "2026-05-04"]]}
    found = told(tmp_path, json.dumps(answer), "d.json")
    assert [(name, user) for name, user, *_ in found] == [("Buy", "ana"), ("Buy", "bob")]


def test_a_page_of_posthog_as_shown(tmp_path: Path) -> None:
    table = (
        "event,person_display_name -- Person.distinct_id,person_display_name -- Person.id,"
        '"coalesce(properties.$current_url, properties.$screen_name) -- Url / Screen",timestamp\n'
        "$pageview,ana,p1,https://x.test/,2026-05-04T08:00:00Z\n"
    )
    wanted = ("$pageview", "ana", None, None, {"$current_url": "https://x.test/"})
    assert told(tmp_path, table) == [wanted]


def test_a_placeholder_falls_back_to_the_device_without_a_refusal(tmp_path: Path) -> None:
    sent = amplitude_event(0, user_id="undefined")
    event, link = records(tmp_path, lines(sent), "in.jsonl")
    assert isinstance(event, Row)
    assert link[:2] == ("amplitude_id:41", "phone")


def flat(*objects: dict[str, Any]) -> str:
    """Return objects as a table with a column for each part of an object in them."""
    rows = [
        {
            name: value
            for outer, found in each.items()
            for name, value in (
                ((f"{outer}.{k}", v) for k, v in found.items())
                if isinstance(found, dict)
                else ((outer, found),)
            )
        }
        for each in objects
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    csv.writer(text).writerows([names, *([row.get(name) for name in names] for row in rows)])
    return text.getvalue()


def test_objects_laid_out_flat_are_those_of_the_vendor(tmp_path: Path) -> None:
    mixpanel = [mixpanel_event(n, distinct_id=who, plan="pro") for n, who in enumerate("ab")]
    amplitude = [amplitude_event(0, event_properties={"plan": "pro"}), amplitude_event(1)]
    segment = [
        segment_call("track", 1, event="Buy", properties={"plan": "pro"}, userId="ana"),
        segment_call("page", 2),
    ]
    for sent in (mixpanel, amplitude, segment):
        wanted = told(tmp_path, lines(*sent), "in.jsonl")
        found = told(tmp_path, flat(*sent))
        assert [each[:4] for each in found] == [each[:4] for each in wanted]
        assert found[0][4]["plan"] == "pro"
