"""Results in the formats of other tools: IAMC tables, workbooks, tidy CSV, NetCDF, life-cycle assessment."""

from __future__ import annotations

from mfa.report.exports.writing import FORMATS, export_runs, export_suffix

__all__ = ["FORMATS", "export_runs", "export_suffix"]
