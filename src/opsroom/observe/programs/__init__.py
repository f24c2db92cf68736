"""Scanners that are programs: what they are given, how they are started, what they said."""
