"""Words that say nothing of a workspace, wherever they stand."""

from __future__ import annotations

import re
from typing import Final

FILLERS: Final = frozenset(re.findall(r"\S+", """
    a an no the our my your their its his her this that these those some any all of in on at to for
    from with and or is are was were be been being do does did have has had i we you they it he she
    me us them show give get list see find want need like know tell please can could would should
    what which who whom how when where there here many much number count counts total amount out
    then after before by per each every as also just only ever actually currently overall most
    chart graph plot table report stat stats statistics data metric metrics figure figures kpi
    value times time event events happen happened happening did done doing perform performed
    up down about into onto than vs versus compare compared comparison between against over
    use used using via through i'd let's what's whats who's rate share percent percentage ratio %
    go gone went come came made make unique distinct different new top rank ranked one ones first
    last really exactly right now so if but not never without never per someone people person user
    users customer customers visitor visitors breakdown break broken split group grouped segmented
    segment wise level based counted counting another view
    something anything later again once across whose every them was took take takes taken minus plus
"""))  # fmt: skip

SMALL: Final = frozenset(
    re.findall(r"\S+", "a an the of in on at to for from with and or is are by not no it")
)
"""Words that say nothing by themselves even where a name has them."""
