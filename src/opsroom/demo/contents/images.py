"""Base images: one Dockerfile a language, on public images."""

from opsroom.demo.catalogue import Plot
from opsroom.demo.contents.everywhere import Releases, Tree

PUBLIC = {
    "python": "docker.io/library/python:3.12.{patch}-slim-bookworm",
    "node": "docker.io/library/node:20.{patch}.0-bookworm-slim",
    "go": "docker.io/library/golang:1.22.{patch}-bookworm",
}

DOCKERFILE = """FROM {image}
LABEL org.opencontainers.image.version="1.{step}"
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends ca-certificates tzdata \\
 && rm -rf /var/lib/apt/lists/*
USER 1000
"""


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return the Dockerfiles."""
    return {
        f"{language}/Dockerfile": DOCKERFILE.format(
            image=image.format(patch=min(step, 9)), step=step
        )
        for language, image in PUBLIC.items()
    }
