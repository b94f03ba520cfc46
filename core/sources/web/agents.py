"""What a user agent reveals: bot or person, browser and device.

Bots are recognised by a list of words, as nearly all bots name themselves; if the library
crawlerdetect is installed (`pip install "footfall[bots]"`), its longer list is used too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

_BOTS: Final = re.compile(
    r"""
    (?<!cu)bots?(?![a-z]) | crawl | spider | slurp | scrap(?:y|er) | archiver | indexer
    | headless | phantomjs | puppeteer | playwright | selenium | lighthouse | pagespeed
    | monitor | synthetics | prometheus | blackbox | externalagent | externalfetcher | explore/
    | monitor | uptime | pingdom | statuscake | healthcheck | health[ -]check | checker | probe
    | scan(?:ner)?\b | nmap | nikto | zgrab | masscan | censys | nuclei | sqlmap
    | preview | facebookexternalhit | facebookcatalog | whatsapp | embedly | quora\ link
    | feed(?:fetcher|burner|ly|bin|parser|reader)? | \brss\b | validator | favicon
    | ^curl | ^wget | httpie | ^python | python-requests | python-urllib | aiohttp | httpx
    | ^java/ | ^okhttp | apache-httpclient | go-http-client | ^ruby | faraday | libwww | lwp::
    | ^axios | node-fetch | undici | ^node | ^php | guzzle | ^dart | ^perl | postman | insomnia
    | mediapartners | adsbot | apis-google | google-inspectiontool | googleother | google-extended
    | bingpreview | yandex(?:images|metrika|media) | semrush | ahrefs | mj12
    | petal | bytespider | gptbot | chatgpt-user | oai-searchbot | claude | anthropic | perplexity
    | ccbot | cohere-ai | diffbot | amazonbot | applebot | kube-probe | elb-health | googlehc
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BROWSERS: Final = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/|Opera")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrome/|CriOS/|Chromium/")),
    ("Safari", re.compile(r"Safari/")),
    ("Internet Explorer", re.compile(r"MSIE |Trident/")),
)
_SYSTEMS: Final = (
    ("Windows", re.compile(r"Windows")),
    ("Android", re.compile(r"Android")),
    ("iOS", re.compile(r"iPhone|iPad|iPod")),
    ("macOS", re.compile(r"Mac OS X|Macintosh")),
    ("ChromeOS", re.compile(r"CrOS")),
    ("Linux", re.compile(r"Linux|X11")),
)
_TABLET: Final = re.compile(r"iPad|Tablet|Android(?!.*Mobile)")
_PHONE: Final = re.compile(r"Mobi|iPhone|iPod")


@lru_cache(maxsize=20_000)
def is_bot(agent: str) -> bool:
    """Whether a user agent is that of a program, as is an empty one."""
    return not agent.strip() or bool(_BOTS.search(agent)) or _library()(agent)


@lru_cache(maxsize=1)
def _library() -> Callable[[str], bool]:
    """Return the test of the library crawlerdetect, or one that is always false without it."""
    try:
        found: Any = import_module("crawlerdetect")
    except ImportError:
        return lambda agent: False
    detector = found.CrawlerDetect()
    return lambda agent: bool(detector.is_crawler(agent))


@lru_cache(maxsize=20_000)
def described(agent: str) -> dict[str, str]:
    """Return the context columns browser, os and device_type, as far as they are known."""
    if not agent:
        return {}
    found = {"browser": _first(_BROWSERS, agent), "os": _first(_SYSTEMS, agent)}
    if found["os"]:
        phone, tablet = _PHONE.search(agent), _TABLET.search(agent)
        found["device_type"] = "tablet" if tablet else "mobile" if phone else "desktop"
    return {column: name for column, name in found.items() if name}


def _first(known: tuple[tuple[str, re.Pattern[str]], ...], agent: str) -> str:
    return next((name for name, pattern in known if pattern.search(agent)), "")
