"""Databases of advisories, asked over the network: each gives the same kind of Advisory."""
