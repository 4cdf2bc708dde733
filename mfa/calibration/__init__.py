"""Calibration: lifetimes and collection shares found from counts, with intervals and what they rest on."""
