"""A short list of questions to a real host that change nothing, and the shape of every answer."""
