"""Names of repositories, folders and branches, as people use them."""

import re

LONG_LIVED = re.compile(
    r"main|master|trunk|dev(el|elop|elopment)?|next|staging|stage|stable|test|prod(uction)?"
    r"|gh-pages|pages|v?\d[\d.x]*|(release|stable|support|env|maint)[-/].*",
    re.IGNORECASE,
)
"""Branches that live as long as their repository, merged or not."""


def last(repository: str) -> str:
    """Return the last part of `owner/name`, in lower case."""
    return repository.rpartition("/")[2].lower()


def folder(path: str) -> str:
    """Return the folder that a person calls the clone by: `.git` and `.bare` are inside of it."""
    parts = [part for part in path.split("/") if part not in ("", ".git", ".bare")]
    return parts[-1] if parts else ""


def akin(place: str, name: str) -> bool:
    """Whether one has all words of the other: `api-work` and `API.git` are clones of `api`."""
    ours, theirs = (set(re.findall(r"[^\W_]+", text.lower())) for text in (place, name))
    return ours <= theirs or theirs <= ours
