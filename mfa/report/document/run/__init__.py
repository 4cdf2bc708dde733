"""Sections of the report on one run, each made from its numbers."""
