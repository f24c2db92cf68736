"""Advisories: kept up to date from their sources, and how old what is known is."""
