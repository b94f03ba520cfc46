"""Any of the shapes, distinguished by their field `shape`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.answers.flows import Flow
from core.answers.grids import Grid
from core.answers.histograms import Histogram
from core.answers.persons import People, Timeline
from core.answers.series import Number, Series
from core.answers.steps import Steps
from core.answers.tables import Table, Treemap

Answer = Annotated[
    Number | Series | Table | Steps | Grid | Histogram | People | Timeline | Treemap | Flow,
    Field(discriminator="shape"),
]
