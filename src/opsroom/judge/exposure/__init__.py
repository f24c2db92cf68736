"""Exposure: which advisories hold for packages that are in use, and what that means."""
