"""Sections of the report on scenarios that are compared, each made from the table of the comparison."""
