"""Formats that a report is written in, each from the same content."""
