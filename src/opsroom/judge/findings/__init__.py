"""Findings: how they come of hits and alerts, their life, their rest, and their rank."""
