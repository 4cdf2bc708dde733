"""JSON that every program can read: numbers that JSON has no word for are null or text, never NaN or Infinity."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """A value as JSON knows it.

    Parameters
    ----------
    value : object
        Mappings, sequences, arrays, numbers and texts, one inside another; anything else becomes its text.

    Returns
    -------
    dict, list, str, int, float, bool or None
        NaN is None; what is infinite is the text ``inf`` or ``-inf``, which scenario files and tables read as a number.

    Examples
    --------
    >>> plain({2040: (1.5, float("nan"), np.int64(3))})
    {'2040': [1.5, None, 3]}
    """
    if isinstance(value, Mapping):
        return {_key(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return None if math.isnan(value) else str(value)
    return value if value is None or isinstance(value, str | int) else str(value)


def _key(key: Any) -> str:
    if key is None or isinstance(key, bool):
        return json.dumps(key)
    return str(key)


def to_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON text, see `plain`.

    Parameters
    ----------
    value : object
    indent : int, optional
        Spaces of each level; one line if not given.

    Examples
    --------
    >>> to_json({"import_requirement": float("nan"), "element": "電池"})
    '{"import_requirement": null, "element": "電池"}'
    """
    return json.dumps(plain(value), indent=indent, ensure_ascii=False, allow_nan=False)
