"""Measures of what was taught."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def auc(yes: Sequence[float], no: Sequence[float]) -> float:
    """The chance that a random one of `yes` lies above a random one of `no`; equal ones count half."""
    low, high = np.array(no)[None], np.array(yes)[:, None]
    return float((high > low).mean() + (high == low).mean() / 2)
