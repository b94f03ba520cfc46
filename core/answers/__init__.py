"""The shapes an answer can have. Charts, tables, exports and screens know these, never kinds.

Units: instants are UTC ms, durations seconds, rates fractions of 1; a ratio of nothing is None.
Every number has an address, a `Cell`, from which `people` lists the people behind it.

A shape is loaded when its name is first used: a question needs one or two of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.answers.any_shape import Answer
    from core.answers.cells import Cell, Change, Model, Outcome, Shape
    from core.answers.flows import FLOW_REST, Flow, FlowEdge, FlowNode, FlowStep
    from core.answers.grids import Cohort, Grid, GridGroup
    from core.answers.histograms import BOX, Bin, BinGroup, Histogram
    from core.answers.persons import (
        People,
        Person,
        Timeline,
        TimelineAudience,
        TimelineChange,
        TimelineEvent,
        TimelineSession,
    )
    from core.answers.series import Comparison, Line, Number, Series, TimeBucket
    from core.answers.steps import Step, StepGroup, Steps
    from core.answers.tables import Column, Table, Tile, Treemap

_MODULES = {
    "any_shape": ("Answer",),
    "cells": ("Cell", "Change", "Model", "Outcome", "Shape"),
    "flows": ("FLOW_REST", "Flow", "FlowEdge", "FlowNode", "FlowStep"),
    "grids": ("Cohort", "Grid", "GridGroup"),
    "histograms": ("BOX", "Bin", "BinGroup", "Histogram"),
    "persons": (
        "People", "Person", "Timeline", "TimelineAudience", "TimelineChange", "TimelineEvent",
        "TimelineSession",
    ),
    "series": ("Comparison", "Line", "Number", "Series", "TimeBucket"),
    "steps": ("Step", "StepGroup", "Steps"),
    "tables": ("Column", "Table", "Tile", "Treemap"),
}  # fmt: skip
"""Module -> the names it defines."""

_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "BOX",
    "FLOW_REST",
    "Answer",
    "Bin",
    "BinGroup",
    "Cell",
    "Change",
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
    "TimelineAudience",
    "TimelineChange",
    "TimelineEvent",
    "TimelineSession",
    "Treemap",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"core.answers.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
