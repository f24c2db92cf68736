"""The status page, its data, and the event streams."""
