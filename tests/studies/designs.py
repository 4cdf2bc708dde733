"""A small design that workers can make: samples of a country with one product, each drawn from its own number."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import xarray as xr

from mfa.errors import Fault, ModelError
from tests.studies.conftest import small_inputs

NAMES = ["content[Co]", "base_collection_rate", "sales"]


class SmallScenario:
    """What an ensemble asks of a scenario."""

    def __init__(self, name: str = "small", **settings: object) -> None:
        self.name, self.settings = name, settings
        self.title = f"A small country called {name}"

    def resolved(self) -> dict[str, object]:
        return {"name": self.name, "years": [2024, 2033], **self.settings}


class SmallDesign:
    """Content, collection and sales of the country of `small_inputs`; every eleventh sample sells nothing.

    Sample i depends on the seed and i alone. `pause` seconds go by for each call of `inputs`; sample `broken` cannot be
    solved.
    """

    method = "random"

    def __init__(self, size: int, seed: int = 1, pause: float = 0.0, broken: int | None = None) -> None:
        self.size, self.seed, self.pause, self.broken = size, seed, pause, broken
        self.names = list(NAMES)

    def values(self, start: int, stop: int) -> pd.DataFrame:
        rows = []
        for i in range(start, stop):
            draw = np.random.default_rng([self.seed, i]).random(3)
            rows.append([0.005 + 0.01 * draw[0], draw[1], 0.0 if i % 11 == 5 else 500.0 + 1000.0 * draw[2]])
        return pd.DataFrame(rows, columns=NAMES, index=pd.RangeIndex(start, stop, name="sample"))

    def inputs(self, start: int, stop: int):
        if self.broken is not None and start <= self.broken < stop:
            raise ModelError(Fault("content", "is broken", "mend it"))
        time.sleep(self.pause)
        frame = self.values(start, stop)
        samples = {"sample": frame.index.to_numpy()}

        def of(name):
            return xr.DataArray(frame[name].to_numpy(), dims="sample", coords=samples)

        content = of("content[Co]").expand_dims(element=["Co"], axis=1)
        return small_inputs(
            "small", content=content, base_collection_rate=of("base_collection_rate"), sales=of("sales")
        )  # fmt: skip
