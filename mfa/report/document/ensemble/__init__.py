"""Sections of the report on an ensemble, each made from its quantiles."""
