"""Sections of the report on a sweep, each made from its results."""
