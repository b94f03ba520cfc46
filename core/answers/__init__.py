"""The shapes an answer can have. Charts, tables, exports and screens know these, never kinds.

Units: instants are UTC ms, durations seconds, rates fractions of 1; a ratio of nothing is None.
Every number has an address, a `Cell`; `people` of that cell lists who is behind it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.answers.cells import Cell, Model, Outcome, Shape
from core.answers.flows import FLOW_REST, Flow, FlowEdge, FlowNode, FlowStep
from core.answers.grids import Cohort, Grid, GridGroup
from core.answers.histograms import Bin, BinGroup, Histogram
from core.answers.persons import People, Person, Timeline, TimelineEvent, TimelineSession
from core.answers.series import Comparison, Line, Number, Series, TimeBucket
from core.answers.steps import Step, StepGroup, Steps
from core.answers.tables import Column, Table, Tile, Treemap

__all__ = [
    "FLOW_REST",
    "Answer",
    "Bin",
    "BinGroup",
    "Cell",
    "Cohort",
    "Column",
    "Comparison",
    "Flow",
    "FlowEdge",
    "FlowNode",
    "FlowStep",
    "Grid",
    "GridGroup",
    "Histogram",
    "Line",
    "Model",
    "Number",
    "Outcome",
    "People",
    "Person",
    "Series",
    "Shape",
    "Step",
    "StepGroup",
    "Steps",
    "Table",
    "Tile",
    "TimeBucket",
    "Timeline",
    "TimelineEvent",
    "TimelineSession",
    "Treemap",
]

Answer = Annotated[
    Number | Series | Table | Steps | Grid | Histogram | People | Timeline | Treemap | Flow,
    Field(discriminator="shape"),
]
