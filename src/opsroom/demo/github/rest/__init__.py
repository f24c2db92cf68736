"""GitHub's REST interface, one module a subject."""

from opsroom.demo.github.rest import (
    accounts,
    actions,
    alerts,
    apps,
    branches,
    commits,
    contents,
    hooks,
    issues,
    protection,
    pulls,
    releases,
    repositories,
)
from opsroom.demo.github.rest.call import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    endpoint
    for module in (
        accounts,
        apps,
        repositories,
        contents,
        commits,
        pulls,
        issues,
        actions,
        alerts,
        hooks,
        releases,
        protection,
        branches,
    )
    for endpoint in module.endpoint.declared
)
"""All routes, in the order in which they are tried: protection of a branch before the branch."""
