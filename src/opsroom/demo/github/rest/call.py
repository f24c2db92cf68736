"""One request to REST as a route sees it, and how routes are declared.

A route is a plain function of a `Call`: it runs in a thread, under the world's lock. What it
returns becomes the answer: an `Answer`, or a body with status 200.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from urllib.parse import urlencode

from opsroom.demo.github.courier import Courier
from opsroom.demo.github.identity import Asker
from opsroom.demo.github.limits import RateLimits
from opsroom.demo.github.refusals import Refusal, forbidden, invalid, not_found
from opsroom.demo.github.state.accounts import Access, Account
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls, quoted
from opsroom.demo.github.world import World

Body = Json | list[Json] | str | bytes | None
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Item = TypeVar("Item")

MOST_A_PAGE = 100


@dataclass(slots=True)
class Answer:
    """What goes back. A text body is sent as it is, anything else as JSON."""

    body: Body = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


class Moved(Exception):
    """The repository has another name now: ask `/repositories/{id}` instead."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass
class Call:
    """A request. `path` is without the prefix of an Enterprise server; `arguments` come from it."""

    world: World
    courier: Courier
    identity: Asker
    limits: RateLimits
    urls: Urls
    method: str
    path: str
    query: Mapping[str, str]
    arguments: Mapping[str, str]
    data: Json
    enterprise: bool = False
    accept: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    """Headers for the answer that the route adds to on its way."""

    @property
    def actor(self) -> Account:
        """Who acts."""
        return self.identity.account

    def signed_in(self) -> None:
        """Refuse whoever has no token.

        Raises:
            Refusal: 401.
        """
        if self.identity.anonymous:
            raise Refusal(401, "Requires authentication")

    def repository(
        self, permission: str = "metadata", access: Access = "read", *, archived: bool = False
    ) -> Hosted:
        """The repository of the path, if the caller may do this in it.

        `archived` says that it may be an archived one although something is written.

        Raises:
            Refusal: there is none for the caller, or it may not.
            Moved: it has another name.
        """
        full_name = f"{self.arguments['owner']}/{self.arguments['name']}"
        found = self.world.repository(full_name)
        if found is None or not self.identity.sees(found):
            raise not_found()
        if found.full_name.lower() != full_name.lower():
            raise Moved(found.id)
        self.enter(found.owner)
        refusal = self.identity.refusal(found, permission, access)
        if refusal is not None:
            raise refusal
        if access == "write" and found.archived and not archived:
            raise forbidden("Repository was archived so is read-only.")
        return found

    def enter(self, owner: Account) -> None:
        """Refuse a token that isn't authorised for an organisation with single sign-on.

        Raises:
            Refusal: 403, with the address where it can be authorised.
        """
        if self.identity.shut_out(owner):
            at = f"{self.urls.root}/orgs/{owner.login}/sso?authorization_request=1"
            raise Refusal(
                403,
                "Resource protected by organization SAML enforcement. You must grant your "
                "Personal Access token access to this organization.",
                headers={"x-github-sso": f"required; url={at}"},
            )

    def organization(self, *, admin: bool = False) -> Account:
        """The organisation of the path; with `admin` only for its administrators.

        Raises:
            Refusal: there is none, or the caller may not.
        """
        found = self.world.account(self.arguments["organization"])
        if found is None or found.kind != "Organization":
            raise not_found()
        self.enter(found)
        if admin:
            self.signed_in()
            login = self.actor.login.lower()
            installed = self.identity.token is not None and self.identity.token.owner is found
            if found.members.get(login) != "admin" and not installed:
                raise forbidden("Must be an organization owner.")
        return found

    def text(self, name: str, resource: str = "") -> str:
        """A field of the body that has to be there.

        Raises:
            Refusal: 422.
        """
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(resource or "Request", name, "missing_field")
        return value

    def integer(self, name: str) -> int:
        """A number out of the path.

        Raises:
            Refusal: 404, it is none.
        """
        value = self.arguments[name]
        if not value.isdecimal():
            raise not_found()
        return int(value)

    def per_page(self) -> int:
        """How many items a page has: 30 unless asked otherwise, 100 at most."""
        asked = self.query.get("per_page", "30")
        return max(1, min(MOST_A_PAGE, int(asked))) if asked.isdecimal() else 30

    def paged(self, items: Sequence[Item], render: Callable[[Item], Json]) -> list[Json]:
        """One page of a list, as `page` and `per_page` say; the others go into Link."""
        asked = self.query.get("page", "1")
        page = max(1, int(asked)) if asked.isdecimal() else 1
        size = self.per_page()
        last = max(1, -(-len(items) // size))
        links: dict[str, int] = {}
        if page > 1:
            links |= {"prev": min(page - 1, last), "first": 1}
        if page < last:
            links |= {"next": page + 1, "last": last}
        self.link({rel: {"page": str(number)} for rel, number in links.items()})
        return [render(each) for each in items[(page - 1) * size : page * size]]

    def link(self, others: Mapping[str, Mapping[str, str]]) -> None:
        """Write the Link header: relations and the query that each changes."""
        if not others:
            return
        parts: list[str] = []
        for rel, changes in others.items():
            query = {**self.query, **changes}
            parts.append(f'<{self.urls.api}{quoted(self.path)}?{urlencode(query)}>; rel="{rel}"')
        self.headers["link"] = ", ".join(parts)


Result = Answer | Body
Route = Callable[[Call], Result]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A declared route. `content` says that it creates content, which is limited by the minute."""

    method: Method
    pattern: str
    route: Route
    content: bool = False


class Endpoints:
    """The routes of one subject, in the order in which they are tried."""

    def __init__(self) -> None:
        self.declared: list[Endpoint] = []

    def __call__(
        self, method: Method, pattern: str, *, content: bool = False
    ) -> Callable[[Route], Route]:
        """Declare a route; `{name}` is one segment of the path, `{name:path}` any number."""

        def declare(route: Route) -> Route:
            self.declared.append(Endpoint(method, pattern, route, content))
            return route

        return declare


REPOSITORY = "/repos/{owner}/{name}"
"""How the addresses of most routes begin."""
