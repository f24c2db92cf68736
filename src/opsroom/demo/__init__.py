"""A fleet to try things on."""
