"""Threats: what moved between two looks at a repository and looks like an attack.

Each rule is pure, one file each; `Threat` is in `opsroom.model.threat`. They are asked by
`judge/threatened.py`.
"""
