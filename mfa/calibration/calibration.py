"""What calibrations of lifetimes and of collection shares have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from mfa.calibration.observations import Observations, Product
from mfa.calibration.setting import Setting

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, str]
"""A row of a table of parameters: column to cell."""


class OfProduct(Protocol):
    """What was found of one product."""

    @property
    def product(self) -> Product:
        """The product and its counts."""


Found = TypeVar("Found", bound=OfProduct)


@dataclass
class Calibration(ABC, Generic[Found]):
    """What was found of all products of a table.

    Attributes
    ----------
    products : list
        What was found of each product.
    observations : Observations
    setting : Setting
        The scenario whose products, regions and sources the table is checked against.
    level : float, 1
        Of the intervals that are shown; tables of parameters get 5 and 95 % limits.
    """

    products: list[Found]
    observations: Observations
    setting: Setting
    level: float

    def __getitem__(self, label: str) -> Found:
        """What was found of a product, by its label."""
        for one in self.products:
            if one.product.label == label or label in one.product.labels:
                return one
        raise KeyError(label)

    def _joined(self, table: Callable[[Found], pd.DataFrame]) -> pd.DataFrame:
        """One table of all products."""
        import pandas as pd

        return pd.concat([table(one) for one in self.products], ignore_index=True)

    @abstractmethod
    def table(self) -> pd.DataFrame:
        """What was found, of all products."""

    @abstractmethod
    def rows(self) -> list[Row]:
        """Rows of the table of parameters."""

    @abstractmethod
    def tables(self) -> dict[str, list[Row]]:
        """Rows of all tables of parameters, by name."""

    @abstractmethod
    def record(self) -> dict[str, Any]:
        """How it was found, for ``calibration.json``."""

    @abstractmethod
    def to_text(self) -> str:
        """What was found, in words and tables."""

    @abstractmethod
    def plot(self) -> Any:
        """Figure: counts and fit with their interval."""

    def frames(self) -> dict[str, pd.DataFrame]:
        """Tables of results, by the name of their file."""
        return {"compared": self.table()}

    def save(self, folder: str | Path, figures: bool = True) -> Path:
        """Write text, tables, figure, and the folder ``dataset`` that a scenario can lay over its own.

        Raises
        ------
        InputError
            If the folder holds something else, or cannot be written.
        """
        from mfa.report.calibration_folder import save_calibration

        return save_calibration(self, Path(folder), figures)
