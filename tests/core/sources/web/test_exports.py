"""Exports of web analytics become the events that they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.store.ingest.importer import ImportReport
from tests.core.sources.small import seen_text


def load(
    folder: Path, text: str, name: str = "in.csv"
) -> tuple[ImportReport, list[dict[str, Any]]]:
    return seen_text(folder, text, name)


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["event_name"] for row in rows]


UMAMI = """\
website_id,session_id,visit_id,event_id,hostname,browser,os,device,language,country,city,url_path,\
url_query,referrer_domain,page_title,event_type,event_name,distinct_id,created_at
w,s1,v1,e1,shop.test,chrome,Mac OS,laptop,en-GB,GB,Leeds,/,utm=x,n.test,Home,1,,,2026-05-04 08:00:00
w,s1,v1,e2,shop.test,chrome,Mac OS,laptop,en-GB,GB,Leeds,/buy,,,Buy,2,checkout,,2026-05-04 08:01:00
w,s1,v2,e3,shop.test,chrome,Mac OS,laptop,en-GB,GB,Leeds,/,,,Home,1,,maria,2026-05-04 18:00:00
w,s2,v3,e4,shop.test,firefox,Linux,desktop,fr,FR,Lyon,/,,,Home,1,,,2026-05-04 19:00:00
"""


def test_umami_rows_are_page_views_and_events(tmp_path: Path) -> None:
    report, rows = load(tmp_path, UMAMI)
    assert names(rows) == ["page view", "checkout", "page view", "page view"]
    assert (report.users, report.rejected) == (2, 0)
    first = rows[0]
    assert (first["device_id"], first["session_id"], first["browser"], first["country"]) == (
        "s1", "v1", "chrome", "GB",
    )  # fmt: skip
    assert first["properties"] == {
        "hostname": "shop.test", "path": "/", "query": "utm=x", "referrer_domain": "n.test",
        "title": "Home",
    }  # fmt: skip
    assert [row["actor"] for row in rows] == ["maria", "maria", "maria", "s2"]


def test_an_umami_row_is_one_event_however_often_it_comes(tmp_path: Path) -> None:
    load(tmp_path, UMAMI)
    again, rows = load(tmp_path, UMAMI.replace(",Home,", ",Start,"))
    assert (again.stored, again.repeated, len(rows)) == (0, 4, 4)


GOATCOUNTER = """\
{version}Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,\
Screen size,Location,FirstVisit,Date
/?ref=mail,Home,false,,Safari,iOS,a1,0,https://news.test,h,390,US-TX,true,2026-05-04T08:00:00Z
signup,,true,,Safari,iOS,a1,0,,,390,US-TX,false,2026-05-04T08:02:00Z
/,Home,false,,,,b2,7,,,,,true,2026-05-04T08:03:00Z
"""


@pytest.mark.parametrize("version", ["", "2", "3"])
def test_goatcounter_hits_are_page_views_or_named_by_their_path(
    tmp_path: Path, version: str
) -> None:
    report, rows = load(tmp_path, GOATCOUNTER.format(version=version))
    assert names(rows) == ["page view", "signup"]
    assert report.left_out == {"hits by bots": 1}
    assert report.users == 1
    assert rows[0]["properties"] == {
        "first_visit": "true", "path": "/", "query": "ref=mail", "referrer": "https://news.test",
        "screen": "390", "title": "Home",
    }  # fmt: skip
    assert (rows[0]["country"], rows[0]["region"], rows[0]["os"]) == ("US", "TX", "iOS")


AHOY = """\
id,visit_id,user_id,name,properties,time
1,31,,Looked,"{""page"":""/a""}",2026-05-04 08:00:00.25
2,31,12,Joined,{},2026-05-04 08:01:00
3,32,,Looked,{},2026-05-04 09:00:00
"""


def test_a_visit_of_ahoy_belongs_to_who_signs_in_during_it(tmp_path: Path) -> None:
    report, rows = load(tmp_path, AHOY)
    assert [row["actor"] for row in rows] == ["12", "12", "visit-32"]
    assert [row["session_id"] for row in rows] == ["31", "31", "32"]
    assert rows[0]["properties"] == {"page": "/a"}
    assert report.users == 2


def test_visits_of_ahoy_beside_their_events_are_of_the_same_people(tmp_path: Path) -> None:
    load(tmp_path, AHOY)
    visits = (
        "id,visit_token,visitor_token,user_id,ip,user_agent,referrer,landing_page,browser,country,"
        "started_at\n"
        "32,t32,x,12,192.0.2.1,Mozilla,https://news.test,https://shop.test/,Firefox,DE,"
        "2026-05-04 08:59:59\n"
    )
    report, rows = load(tmp_path, visits, "visits.csv")
    assert report.users == 1
    visit = next(row for row in rows if row["event_name"] == "visit")
    assert visit["properties"] == {
        "landing_page": "https://shop.test/", "referrer": "https://news.test",
    }  # fmt: skip
    assert "192.0.2.1" not in json.dumps(rows)


def test_actions_of_a_matomo_visit_are_events(tmp_path: Path) -> None:
    action = {"type": "action", "url": "https://shop.test/", "timestamp": 1777881600}
    visits = [
        {
            "idVisit": 9, "visitorId": "f00", "userId": "maria", "country": "France",
            "browserName": "Firefox", "referrerUrl": "https://news.test",
            "actionDetails": [
                action,
                {"type": "event", "eventCategory": "shop", "eventAction": "Bought",
                 "eventValue": 3, "timestamp": 1777881660},
            ],
        },
        {"idVisit": 10, "visitorId": "f01", "actionDetails": [action]},
        {"idVisit": 11, "visitorId": "f02", "actionDetails": []},
    ]  # fmt: skip
    report, rows = load(tmp_path, "\n".join(map(json.dumps, visits)), "visits.jsonl")
    assert sorted(names(rows)) == ["Bought", "page view", "page view"]
    assert report.users == 2
    bought = next(row for row in rows if row["event_name"] == "Bought")
    assert (bought["session_id"], bought["browser"], bought["user_id"]) == ("9", "Firefox", "maria")
    assert bought["properties"] == {
        "category": "shop", "referrer": "https://news.test", "value": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        "date,visitors,pageviews,bounces,visits,visit_duration",
        "date,hostname,page,visits,visitors,pageviews",
        "name,visitors,bounce_rate,visit_duration",
        "date,name,link_url,path,visitors,events",
        "Date,Users,Sessions,Bounce Rate",
    ],
)
def test_daily_totals_are_refused_with_the_reason(tmp_path: Path, header: str) -> None:
    row = ",".join("1" for _ in header.split(","))
    with pytest.raises(BadInput, match="daily totals") as refused:
        load(tmp_path, f"{header}\n{row}\n")
    assert "not events" in str(refused.value)


def test_a_table_of_events_with_a_column_of_visits_is_not_taken_for_totals(tmp_path: Path) -> None:
    _, rows = load(tmp_path, "event,user_id,time,visits,visitors\nBuy,ana,2026-05-04,3,4\n")
    assert names(rows) == ["Buy"]
