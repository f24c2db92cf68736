"""Scans: what is due, looks, what they found, and what advisories say of packages."""
