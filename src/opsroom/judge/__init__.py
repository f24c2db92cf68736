"""Opinions about facts. Pure: no input or output, no clock, no chance."""
