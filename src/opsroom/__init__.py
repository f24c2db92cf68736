"""Opsroom: the operations room of a fleet of Git repositories, shared by agents and people."""

__version__ = "0.1.0"
