"""Turns a folder of collected evidence into the parameter tables of the dataset ``japan``, one module per theme."""
