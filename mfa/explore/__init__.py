"""Trying out levers: a live page, and one HTML file with a grid of runs that works without mfa."""
