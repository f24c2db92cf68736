"""Reading: bytes that strangers wrote, as values, without being led astray.

Everything here is bounded in size, depth and count, acts on nothing that the content says, and
raises `NotUnderstood` and nothing else.
"""
