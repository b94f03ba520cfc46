"""Which questions a sentence may be, by the words in it; the first that fits is the likeliest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from core.language.loose import analyses, counts, figures, steps
from core.language.loose.groups import USER
from core.language.loose.sentence import FIGURES, Draft, Sentence

Build = Callable[[Sentence], Iterator[Draft]]

INTENTS: Final[tuple[tuple[str, Build], ...]] = (
    (
        rf"(?:top|biggest|best|largest|heaviest|most|highest)(?: \w+)* {USER} by"
        rf"|(?:which|what) {USER}(?: \w+)* (?:the )?most|who(?: \w+)* (?:the most|most$)"
        "|who(?: has| have)? (?:spent|paid) (?:more|over|at least)"
        "|whales?|big spenders?|vips?"
        rf"|(?:most valuable|best paying) {USER}"
        rf"|(?:top|biggest|highest)[ -]?(?:spending |paying )?(?:spenders?|payers?|customers?)",
        figures.most,
    ),
    (
        r"(?:what|which|pages?|screens?|events?)(?: \w+)* "
        "(?:before|after|prior to|leading up to|leads? to)",
        steps.around,
    ),
    (
        "(?:active )?right now|at (?:the|this) moment|online|live|real[ -]?time"
        "|currently(?: active)?",
        analyses.realtime,
    ),
    (
        "experiments?|a/?b ?tests?|variants?|treatment|control group|test group|split tests?",
        analyses.experiment,
    ),
    (r"(?:have )?in common|characteri[sz]e\w*|profile of|what makes", analyses.common),
    (
        "why|reasons? (?:for|behind|why)|caus(?:e|ed|ing)|explain|(?:what )?(?:drove|is behind)",
        analyses.explain,
    ),
    (
        rf"{analyses.LOGS}(?: (?:messages?|lines?|entries))?|errors?|warnings?"
        rf"|{analyses.LOGS_WITH}|from (?:the )?[\w-]+ (?:service|source)"
        "|by (?:level|service|source|pattern)",
        analyses.logs,
    ),
    (
        r"(?:latest|newest|most recent|recent|last)(?: \d+)?(?= \w)(?! \d| (?:hour|day|week|month"
        r"|quarter|year|period|step|page|touch|time)s?\b)|raw|individual|single"
        "|list(?: of)?(?: all)?(?: the)?",
        figures.raw,
    ),
    (r"attribut\w*|credit|(?:first|last)[ -]touch", analyses.attribution),
    (
        "forecasts?|will (?:we|i|it|they)|predicted|projections?|projected|expected?"
        "|usual(?:ly)?|normal(?:ly)?|on track"
        r"|unusual\w*|weird|strange|anomal\w*|spikes?|odd|outliers?|out of the ordinary"
        "|what (?:has )?(?:changed|moved)|biggest (?:movers|changes)",
        analyses.usual,
    ),
    (
        r"correlat\w*|predicts?|predictors?|drives?|driving|influences?|makes? (?:people|users)"
        "|do differently|aha moment|differen(?:t|ce|ces) (?:between|about)",
        analyses.correlation,
    ),
    (
        "busiest|mornings?|evenings?|afternoons?|nights?|night ?time"
        "|time of (?:the )?day|hours? of (?:the )?day|what time|which hours?"
        "|peak (?:hours?|time)|days? of (?:the )?week|weekdays?|which days?|what days?"
        "|heat ?map|when (?:are|do|does|is)"
        "|best (?:day|time|hour)|weekends?",
        analyses.weekday,
    ),
    (
        r"(?:(?:day|week|month|[dwm])[ -]?\d+ |\d+[ -](?:day|week|month) )?retentions?|retain\w*"
        r"|com(?:e|es|ing) back|came back"
        "|return(?:s|ed|ing)? (?:after|within|to|in)|returned"
        "|stick around|stuck around|stay(?:ed|ing|s)? (?:active|around)"
        "|still (?:active|using|around|here|there)|cohorts?|keep (?:using|coming)",
        steps.retention,
    ),
    (
        "c?ltv|clv|life ?time (?:value|revenue)|customer value|arpu|arppu",
        figures.worth,
    ),
    (
        "stick(?:y|iness)|dau ?(?:/|to|over|per|:|by) ?[wm]au|[wm]au ratio"
        "|days (?:a|per) (?:week|month)",
        analyses.stickiness,
    ),
    (
        r"to (?:\w+ )+time$|time (?:from|between|to|until|till|it takes|taken|for)"
        "|how (?:quickly|fast|soon)"
        "|how long(?: does it take)?|how many (?:days|hours|minutes|weeks)(?: after| before)?"
        "|days (?:from|between|until|to)|minutes (?:from|between|until|to)|time lag",
        steps.time_between,
    ),
    (
        "by (?:number|count) of(?: times)?|how often|frequency|how many times"
        "|how frequently|number of times",
        analyses.often,
    ),
    (
        "who|list(?: of| all)? (?:users|people|customers|everyone)|which (?:users|people|customers)"
        "|(?:users|people|customers|visitors|accounts|everyone) (?:that|with|who)"
        "|find (?:users|people)|(?:list of|which|what|the) \\w+ (?:that|who)|emails? of|names of",
        steps.who,
    ),
    (
        "likely|likelihood|chances?|propensity"
        r"|funnels?|conver\w*|drop(?:ping|ped)?[ -]?offs?|abandon\w*|lose|losing|leak\w*|complet\w*"
        r"|make it to|end up|go on to|get to|reach\w*|activation|percent(?:age)?|share|fraction"
        "|proportion|turn(?:ed|s|ing)? into|bec[oa]me?s?|becoming|then|but|never|how many of|rate",
        steps.stepwise,
    ),
    (
        r"paths?|journeys?|flows?|next|what (?:do|did|happens|happened)|navigat\w*|afterwards?"
        "|where (?:do|did) .* go|right (?:after|before)|sankey",
        steps.paths,
    ),
    (
        r"sessions?|visits?|bounce\w*|landing pages?|entry pages?|exit pages?|time on (?:site|page)"
        "|time spent|stay on|leave (?:the|from)|leaving the|quit",
        figures.sessions,
    ),
    (figures.MONEY + "|earn(?:ed|ing)?|spen[dt]|make|made", figures.revenue),
    (
        "|".join(FIGURES) + r"|p ?\d\d|\d\d(?:th)? percentile|distributions?|histogram|spread",
        figures.figure,
    ),
    (
        r"churn\w*|growth accounting|resurrect\w*|reactivat\w*|win ?back|lifecycle"
        "|new (?:\\w+ )?(?:vs\\.?|versus|and|or) returning"
        "|returning (?:vs\\.?|versus|and|or) new|lost per",
        analyses.lifecycle,
    ),
    (
        "did nothing|done nothing|no activity"
        "|power|best|most active|heaviest|most engaged|inactive|dormant|idle|lost|stopped|at risk"
        "|not (?:been )?active|haven't (?:been|come|logged|done|used)|no longer(?: active)?"
        r"|one[- ]time\w*|casual|regular|loyal|returning",
        analyses.segment,
    ),
    ("new|created|registered|first(?: ever)?|first[- ]time", figures.new),
    ("(?:daily|weekly|monthly)? ?actives?|dau|wau|mau", figures.active),
    ("slow(?:est|er)?|fast(?:est|er)?", figures.slow),
    (
        "top|most|popular|ranking|ranked|best|features?|leaderboard|least|favou?rite|common",
        figures.ranking,
    ),
    (r"grow\w*|traction|doing|trending", figures.growing),
    ("", counts.events),
    ("", figures.everybody),
)
"""Words -> what makes questions of a sentence that has them, the most telling words first."""


def drafts(sentence: Sentence) -> Iterator[tuple[Draft, str]]:
    """Yield the questions that a sentence may be, each with the pattern that its words fit."""
    for pattern, build in INTENTS:
        if not pattern or sentence.says(pattern):
            for draft in build(sentence):
                yield draft, pattern
