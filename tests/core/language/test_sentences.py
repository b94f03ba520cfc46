"""Sentences as people say them, who have not read how questions are written."""

from __future__ import annotations

from datetime import date

import pytest

from core.language.guesses import Names, guesses

NAMES = Names(
    events=(
        "page_view", "Signed Up", "email_verified", "Document Created", "Invite Sent", "purchase",
        "Experiment Viewed", "Error Shown",
    ),
    fields=(
        "country", "device_type", "browser", "account_id", "company", "plan", "source", "path",
        "amount", "words", "variant", "code", "topic", "is_member", "latency_ms",
        "vehicleclass", "reply_count", "workspace_id", "reason", "deliveryMinutes", "isTrial",
        "stars", "trait:plan",
    ),
    values={
        "de": ("country", "DE"), "nl": ("country", "NL"),
        "mobile": ("device_type", "mobile"), "pro": ("plan", "pro"),
        "desktop": ("device_type", "desktop"), "google ads": ("source", "google ads"),
        "organic": ("source", "organic"), "docs": ("topic", "docs"),
        "5": ("stars", "5"), "120": ("words", "120"),
        "a": ("vehicleclass", "A"), "c": ("vehicleclass", "C"),
    },
    groups=("Paying",),
    marks={
        "release": date(2026, 11, 20), "release 2.1": date(2026, 11, 20),
        "outage": date(2026, 11, 6),
    },
    today=date(2026, 11, 28),
    first=date(2012, 3, 1),
    held={"Invite Sent": frozenset({"country", "words_total"})},
)  # fmt: skip

SURE = {
    "periods": {
        "signups on Nov 20": '"Signed Up" 2026-11-20..2026-11-20',
        "signups from oct 3 to nov 2": '"Signed Up" 2026-10-03..2026-11-02',
        "signups in December": '"Signed Up" 2025-12-01..2025-12-31',
        "signups in 2025 by month": '"Signed Up" 2025-01-01..2025-12-31 monthly',
        "signups for the past two weeks by browser": '"Signed Up" last 2w by browser',
        "signups this month vs last month": '"Signed Up" mtd vs prev',
        "how did signups do compared to last week": '"Signed Up" wtd vs prev',
    },
    "years and open periods": {
        "signups since 2014": '"Signed Up" 2014-01-01..2026-11-28',
        "signups since jan 2014": '"Signed Up" 2014-01-01..2026-11-28',
        "signups since 1 november": '"Signed Up" 2026-11-01..2026-11-28',
        "signups since the start of the quarter": '"Signed Up" qtd',
        "signups in the first week of november": '"Signed Up" 2026-11-01..2026-11-07',
        "month over month growth of signups in 2013":
            '"Signed Up" 2013-01-01..2013-12-31 monthly vs prev',
        "signups since yesterday": '"Signed Up" 2026-11-27..2026-11-28',
        "october signups compared with october last year":
            '"Signed Up" 2026-10-01..2026-10-31 vs year',
        "signups each month of 2014": '"Signed Up" 2014-01-01..2014-12-31 monthly',
        "signups until 2014 by year": '"Signed Up" 2012-03-01..2013-12-31 yearly',
        "signups before october": '"Signed Up" 2012-03-01..2026-09-30',
        "signups from march to may 2014": '"Signed Up" 2014-03-01..2014-05-31',
        "signups between 2013 and 2015": '"Signed Up" 2013-01-01..2015-12-31',
        "signups in the last quarter of 2014": '"Signed Up" 2014-10-01..2014-12-31',
        "signups in the first half of 2014": '"Signed Up" 2014-01-01..2014-06-30',
        "signups in h2 2014": '"Signed Up" 2014-07-01..2014-12-31',
    },
    "how often, and without": {
        "users who sent more than 3 invites":
            'people of (frequency of "Invite Sent") at row "4 or more times"',
        "how many people purchased at least twice in october":
            'people of (frequency of purchase 2026-10-01..2026-10-31) at row "2 or more times"',
        "users who purchased only once": 'people of (frequency of purchase) at row "1 time"',
        "companies with at least 3 documents":
            'units of (frequency of "Document Created" counting company) at row "3 or more times"',
        "one-time buyers": 'people of (frequency of purchase) at row "1 time"',
        "how many people purchased at least once": "users of purchase",
        "customers with exactly 2 purchases":
            'people of (frequency of purchase) at row "2 times"',
        "how many signups turned into customers": '"Signed Up" > purchase',
        "plan with the highest average number of words": "avg(words) by plan",
        "purchases over 45 minutes by topic": "purchase where deliveryMinutes > 45 by topic",
        "purchases above words 100": "purchase where words > 100",
        "signups in 2012 and 2013 by month": '"Signed Up" 2012-01-01..2013-12-31 monthly',
        "weekly revenue compared with the week before": "sum(revenue:amount) weekly vs prev",
        "sessions without a purchase": "sessions - sessions(purchase)",
        "percentage of sessions with a purchase": "sessions(purchase) / sessions * 100",
        "people who never purchased": 'people of ("Signed Up" > purchase) at step 2 dropped',
    },
    "fields and their values": {
        "share of purchases on the pro plan": "purchase[plan = pro] / purchase * 100",
        "percentage of purchases over 50 euros": "purchase[amount > 50] / purchase * 100",
        "invites as a percentage of signups": '"Invite Sent" / "Signed Up" * 100',
        "documents without replies": '"Document Created" where reply_count = 0',
        "purchases distribution by plan": "purchase by plan",
        "purchase topics": "purchase by topic",
        "how many companies never sent an invite":
            'units of ("Signed Up" > "Invite Sent" counting company) at step 2 dropped',
        "average delivery time by topic": "avg(deliveryMinutes) by topic",
        "purchases that took longer than 45 minutes": "purchase where deliveryMinutes > 45",
        "purchases with a topic": "purchase where topic is set",
        "5 stars purchases": "purchase where stars = 5",
        "trial vs non trial purchases": "purchase by isTrial",
        "abandoned documents": '"Document Created" > purchase',
        "words per purchase": "avg(purchase.words)",
        "invites as share of signups by month": '"Invite Sent" / "Signed Up" * 100 monthly',
        "documents minus purchases": '"Document Created" - purchase',
        "purchases with no replies": "purchase where reply_count = 0",
        "how many purchases do pro users make": "purchase where plan = pro",
        "purchases from a source": "purchase where source is set",
        "invites by plan": '"Invite Sent" by trait:plan',
        "invites by pro users": 'users of "Invite Sent" where trait:plan = pro',
        "documents to invites with topic docs":
            '"Document Created"[topic = docs] > "Invite Sent"',
        "revenue per document": 'sum(revenue:amount) / "Document Created"',
        "how many members purchased": "users of purchase where is_member = true",
        "revenue per plan and month": "sum(revenue:amount) monthly by plan",
        "purchases slower than 500 ms": "purchase where latency_ms > 500",
        "signups that purchased within one day": '"Signed Up" > purchase within 1d',
        "purchases of vehicle class A": "purchase where vehicleclass = A",
        "compare purchases for vehicle class A and C":
            "purchase where vehicleclass in (A, C) by vehicleclass",
        "purchases except class C": "purchase where vehicleclass != C",
        "errors with code 404": '"Error Shown" where code = 404',
        "purchases from members": "purchase where is_member = true",
        "95th percentile latency by topic": "p95(latency_ms) by topic",
        "documents with latency over 200 ms": '"Document Created" where latency_ms > 200',
        "unreplied documents": '"Document Created" where reply_count = 0',
        "people with more than 500 words": "people of (events where words > 500)",
        "purchases excluding germany and the dutch": "purchase where country not in (DE, NL)",
        "retention of workspaces": "retention counting workspace_id",
        "purchases per month by reason": "purchase monthly by reason",
        "share of germans on the pro plan": "composition by plan where country = DE",
        "signups from germany that purchased": '"Signed Up" > purchase where country = DE',
        "documents per paying customer": 'average of "Document Created" for Paying',
        "mrr by plan": "sum(revenue:amount) monthly by plan",
        "best selling plan": "purchase by plan",
    },
    "marks, limits and moving figures": {
        "signups since release 2.1": '"Signed Up" 2026-11-20..2026-11-28',
        "signups since the last release": '"Signed Up" 2026-11-20..2026-11-28',
        "how did the outage affect purchases": "purchase 2026-10-23..2026-11-20",
        "purchases between 10 and 50 euros": "purchase where amount >= 10 and amount <= 50",
        "purchases between 1,000 and 2,500 euros":
            "purchase where amount >= 1000 and amount <= 2500",
        "signups before and after release 2.1": '"Signed Up" 2026-11-06..2026-11-28',
        "did release 2.1 increase purchases": "purchase 2026-11-06..2026-11-28",
        "signups during the outage": '"Signed Up" 2026-11-06..2026-11-06',
        "signups with a 7 day average": '"Signed Up" with rolling_average = 7',
        "signups before vs after release 2.1": '"Signed Up" 2026-11-06..2026-11-28',
        "dau last 7 days vs previous 7 days": "dau last 7d vs prev",
        "months with the most revenue": "sum(revenue:amount) monthly",
        "7 day rolling average of signups": '"Signed Up" with rolling_average = 7',
        "cumulative purchases this year": "purchase ytd with cumulative = true",
        "highest purchase amount ever": "max(purchase.amount) all_time",
    },
    "events and values": {
        "how many people signed up last week": 'users of "Signed Up" last_week',
        "created documents per day": '"Document Created" daily',
        "documents on mobile": '"Document Created" where device_type = mobile',
        "purchases from germany": "purchase where country = DE",
        "purchases not from germany": "purchase where country != DE",
        "orders over 50 euros by plan": "purchase where amount > 50 by plan",
        "german purchases": "purchase where country = DE",
        "buyers in october": "users of purchase 2026-10-01..2026-10-31",
        "purchases per 100 users": "purchase / users * 100",
        "log messages containing timeout yesterday":
            "raw logs where message contains timeout yesterday",
        "warnings last week": "logs where level <= warning last_week",
        "purchases not from germany or desktop":
            "purchase where country != DE and device_type != desktop",
        "ratio of purchases to signups": 'purchase / "Signed Up"',
        "logs mentioning payment": "logs where message contains payment",
        "who came from google ads last month":
            'people of (events last_month where source = "google ads")',
        "purchases by source": "purchase by source",
        "revenue by source": "sum(revenue:amount) by source",
        "documents created by people in germany": '"Document Created" where country = DE',
        "who purchased for the first time yesterday": "people of (first time purchase yesterday)",
        "first-time buyers last month": "first time purchase last_month",
        "logs containing docs yesterday": "logs where message contains docs yesterday",
        "how many purchases were made by returning users": "purchase for returning",
        "error logs from the api service": "logs where level <= error and service = api",
        "signups with no source": '"Signed Up" where source is not set',
        "500 errors": '"Error Shown" where code = 500',
        "last 50 purchases": "raw events of purchase limit 50",
        "top 5 users by purchases": 'purchase by "user" top 5',
        "which countries do our users come from": "users by country",
        "most viewed pages last week": "page_view last_week by path",
        "invites sent per page view": '"Invite Sent" / page_view',
    },
    "units": {
        "how many companies signed up": 'users of "Signed Up" counting company',
        "unique accounts of Signed Up": 'users of "Signed Up" counting account_id',
        "signups by account counted as accounts": 'users of "Signed Up" counting account_id',
        "accounts who created documents":
            'units of (users of "Document Created" counting account_id)',
        "accounts that never sent an invite":
            'units of ("Signed Up" > "Invite Sent" counting account_id) at step 2 dropped',
        "weekly active companies": "wau counting company",
        "active accounts per week": "active users counting account_id weekly",
        "account retention": "retention counting account_id",
        "invites sent per account": 'average of "Invite Sent" counting account_id',
        "sign up to purchase conversion for companies": '"Signed Up" > purchase counting company',
        "unique devices of purchase": "users of purchase counting device",
    },
    "steps": {
        "how many signups turned into paying customers this quarter": '"Signed Up" > purchase qtd',
        "what's our conversion rate": '"Signed Up" > purchase',
        "path to purchase": "paths to purchase",
        "users with no purchases": 'people of ("Signed Up" > purchase) at step 2 dropped',
        "users who signed up from germany and purchased":
            'people of ("Signed Up" > purchase where country = DE) at step 2',
        "what leads to a purchase": "paths to purchase",
        "unique users who created a document": 'users of "Document Created"',
        "retention of users who sent invites vs those who didn't":
            'retention for ("Invite Sent") against everyone else',
        "what % of signups purchase within 7 days": '"Signed Up" > purchase within 7d',
        "signup conversion mobile vs desktop":
            '"Signed Up" > purchase where device_type in (mobile, desktop) by device_type',
        "conversion rate from signed up to purchase by week":
            'trend of "Signed Up" > purchase weekly',
        "users who signed up but never purchased":
            'people of ("Signed Up" > purchase) at step 2 dropped',
        "people who created a document and then invited someone":
            'people of ("Document Created" > "Invite Sent") at step 2',
        "how long does it take to purchase after signup":
            'time to convert "Signed Up" > purchase',
        "visitors who never signed up":
            'people of (page_view > "Signed Up") at step 2 dropped',
        "verified their email within 1 hour of signup":
            '"Signed Up" > email_verified within 1h',
        "% of accounts that purchased": '"Signed Up" > purchase counting account_id',
        "what pages do people visit before purchase": "paths to purchase",
        "retention by signup source": 'retention of "Signed Up" by source',
        "day 7 retention by country": "retention daily 7 by country",
    },
    "people and money": {
        "compare new and returning users on purchases": "purchase for new against returning",
        "where are our users based": "users by country",
        "revenue per paying user": "ltv arppu",
        "churned users from germany": "segment churned where country = DE",
        "share of purchases by plan": "purchase by plan",
        "companies with the most errors": '"Error Shown" by company',
        "signup growth rate": '"Signed Up" vs prev',
        "who are the power users": "segment power_user",
        "power users by country": "users by country for power_user",
        "compare power users and everyone else on signup to purchase":
            '"Signed Up" > purchase for power_user against everyone else',
        "users who have not been active for a month": "segment dormant",
        "average order value": "avg(revenue:amount)",
        "total revenue from germany this year": "sum(revenue:amount) ytd where country = DE",
        "average number of words by plan": "avg(words) by plan",
        "plan distribution of purchases": "purchase by plan",
        "DAU/MAU ratio": "stickiness",
        "busiest hour of the day": "weekday hourly",
        "most valuable customers": 'sum(revenue:amount) by "user"',
        "what do churned users have in common": "differences of (segment churned)",
        "how often do people purchase": "frequency of purchase",
    },
}  # fmt: skip
"""Theme -> sentence -> the question that it is, with nothing left out."""

OFFERED = {
    "purchses last week": "purchase last_week",
    "customers with at most 2 purchases": "frequency of purchase",
    "do members purchase more than non members": "purchase by is_member",
    "words sold unpaid": "sum(purchase.words)",
    "unpaid documents": 'people of ("Document Created" > purchase) at step 2 dropped',
    "do people purchase in the morning": "weekday of purchase hourly",
    "why do people purchase": "purchase by reason",
    "slowest topics": "p95(latency_ms) by topic",
    "are we growing": "users vs prev",
    "biggest purchases": "max(revenue:amount)",
    "time to second purchase": "usage interval of purchase",
    "share of revenue from the pro plan": "sum(revenue:amount) by plan",
    "documents without purchases":
        'people of ("Document Created" > purchase) at step 2 dropped',
    "signups purchase rate": '"Signed Up" > purchase',
    "how has the delivery time changed since october":
        "avg(deliveryMinutes) 2026-10-01..2026-11-28",
    "people who purchased in october but not in november":
        "people of (users of purchase 2026-11-01..2026-11-30 vs prev) at previous not this",
    "people who purchased this week but not last week":
        "people of (users of purchase wtd vs prev) at not previous",
    "verified their email within 1 hour": '"Signed Up" > email_verified within 1h',
    "biggest customers": 'sum(revenue:amount) by "user"',
    "people who haven't logged in for two weeks": "segment dormant",
    "invites by code": '"Invite Sent" by code',
    "how many words do invites have on average": "avg(words)",
    "who is u_00012": "user u_00012",
    "how many people only visited once": "frequency of page_view",
    "signups in october in 2013": '"Signed Up" 2026-10-01..2026-10-31',
    "how many invites does each user send on average": 'per actor avg of "Invite Sent"',
    "do invites lead to more purchases":
        'users of purchase for ("Invite Sent") against everyone else',
    "percentage of purchases": "pct_dau of purchase",
    "what happened to signups last week": '"Signed Up" last_week',
    "failed documents per plan": '"Error Shown" / "Document Created" by plan',
    "email verification and sign up rate": '"Signed Up" > email_verified',
    "purchase rate of signups": '"Signed Up" > purchase',
    "repeat purchase rate": "frequency of purchase",
    "how many times did u_00012 purchase": 'frequency of purchase where "user" = u_00012',
    "did signups go up after release 2.1": '"Signed Up" 2026-11-06..2026-11-28',
    "max purchase in the last hour": "max(revenue:amount) last 1h",
    "are mobile users less likely to buy": '"Signed Up" > purchase by device_type',
    "signups from google": '"Signed Up" where source = "google ads"',
    "signups between 9 and 5 by hour": '"Signed Up" hourly',
    "which day had the most signups": '"Signed Up" daily',
    "where did buyers come from": "users of purchase by country",
    "what did u_00012 do yesterday": "user u_00012 yesterday",
    "paid vs organic purchases": "purchase where source = organic",
    "did purchases drop last week": "purchase last_week vs prev",
    "customers who stopped purchasing": "lifecycle of purchase",
    "email verification rate": '"Signed Up" > email_verified',
    "revenue from users who sent an invite": 'sum(revenue:amount) for ("Invite Sent")',
    "returning users per month": "lifecycle monthly",
    "least used features": "top events",
    "signups in october vs september": '"Signed Up" 2026-10-01..2026-10-31 vs prev',
    "what happened on nov 8": "top events 2026-11-08..2026-11-08",
    "sessions that lasted less than a minute": "sessions length",
    "signups from atlantis": '"Signed Up"',
    "sessions longer than 10 minutes": "sessions length",
    "did the new onboarding experiment work?":
        'experiment of "Experiment Viewed" > purchase by variant',
    "why did signups drop last week": 'explain "Signed Up" last_week',
    "do people who invite teammates retain better":
        'retention for ("Invite Sent") against everyone else',
}  # fmt: skip
"""Sentence -> the question offered first, which does not say all of it."""


@pytest.mark.parametrize("theme", SURE)
def test_a_sentence_is_the_question_that_says_all_of_it(theme: str) -> None:
    found = {text: guesses(text, NAMES)[0] for text in SURE[theme]}
    assert {text: guess.text for text, guess in found.items()} == SURE[theme]
    assert [text for text, guess in found.items() if not guess.sure] == []


def test_what_a_question_does_not_say_is_offered_and_not_taken_for_it() -> None:
    found = {text: guesses(text, NAMES)[0] for text in OFFERED}
    assert {text: guess.text for text, guess in found.items()} == OFFERED
    assert [text for text, guess in found.items() if guess.sure] == []


def test_what_is_written_in_the_language_with_a_mistake_is_no_sentence() -> None:
    assert guesses("users country=", NAMES) == []


@pytest.mark.parametrize(
    "text",
    [
        "signups since 2024-02-30", "signups 2024-02-31 through 2024-03-45",
        "signups on 2024-13-45", "signups in december 9999", "signups in q4 9999",
        "signups in jan 0000", "signups q1 0000", "signups before 0001-01-01",
        "signups between an hour and 5 hours",
        "purchases between 1.2.3 and 4.5.6",
    ],
)  # fmt: skip
def test_a_time_or_an_amount_that_does_not_exist_is_no_part_of_the_question(text: str) -> None:
    found = guesses(text, NAMES)
    assert found
    assert all(not guess.sure and ".." not in guess.text for guess in found)
