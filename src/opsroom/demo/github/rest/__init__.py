"""GitHub's REST interface, one module a subject."""

from opsroom.demo.github.rest import accounts, repositories
from opsroom.demo.github.rest.call import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = tuple(
    endpoint for module in (accounts, repositories) for endpoint in module.endpoint.declared
)
