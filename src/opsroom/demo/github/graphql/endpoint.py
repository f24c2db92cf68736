"""`POST /graphql`: a document in, an answer out, with what it cost and how long it would take."""

import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from anyio import to_thread
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    execute,  # pyright: ignore[reportUnknownVariableType] # its own types are not complete
    get_operation_ast,
    parse,
    validate,
    visit,
)
from graphql.execution import ExecutionResult
from graphql.execution.values import get_variable_values

from opsroom.demo.github.graphql.asked import Asked, Orders, Refused
from opsroom.demo.github.graphql.cost import MOST_IDS, WALL, QueryCost, measure
from opsroom.demo.github.graphql.schema import schema
from opsroom.demo.github.identity import Asker
from opsroom.demo.github.limits import Quota, RateLimits
from opsroom.demo.github.merging import judge
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World

LOST = (
    "Something went wrong while executing your query. This may be the result of a timeout, "
    "or it could be a GitHub bug."
)
PARTIAL = 0.8
"""From which part of the wall on only the first of `nodes(ids:)` are answered."""
MOST_JUDGED = 3
"""Merges that are tried after one answer, for the next to tell."""

SCOPES: Mapping[str, frozenset[str]] = {
    "User.email": frozenset({"user", "user:email", "read:user"}),
    "User.organizations": frozenset({"read:org", "write:org", "admin:org"}),
}
"""Fields that a classic token needs one of these scopes for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. `seconds` is how long GitHub would have taken, by the model."""

    status: int
    body: Json
    points: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Read:
    """A document that was parsed and validated; `fields` are all that it names, as `User.email`."""

    document: DocumentNode
    wrong: Sequence[GraphQLError]
    fields: frozenset[str]


class _Names(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info, self.found = info, set[str]()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if (parent := self.info.get_parent_type()) is not None:
            self.found.add(f"{parent.name}.{node.name.value}")


@lru_cache(maxsize=256)
def _read(text: str, *, enterprise: bool) -> _Read:
    """Parse and validate a document once.

    Raises:
        GraphQLError: it can't be parsed.
    """
    known = schema(enterprise=enterprise)
    document = parse(text)
    wrong = validate(known, document)
    info = TypeInfo(known)
    names = _Names(info)
    visit(document, TypeInfoVisitor(info, names))
    return _Read(document, wrong, frozenset(names.found))


@dataclass(frozen=True, slots=True)
class _Question:
    """Who asks, of which server, and within which limits."""

    identity: Asker
    urls: Urls
    limits: RateLimits
    enterprise: bool

    def charge(self, points: int) -> Quota | None:
        """Take points out; an Enterprise server counts none.

        Raises:
            Refusal: there are not so many left.
        """
        if self.enterprise:
            return None
        return self.limits.charge(self.identity.key, "graphql", points)


class GraphEndpoint:
    """GraphQL over a world. `seed` decides by how much queries differ in time."""

    def __init__(self, world: World, *, seed: int = 0) -> None:
        self._world = world
        self._orders: Orders = {}
        self._chance = random.Random(seed)  # noqa: S311 - no secret: the same life again

    async def answer(
        self,
        identity: Asker,
        urls: Urls,
        limits: RateLimits,
        query: Mapping[str, Any],
        *,
        enterprise: bool = False,
    ) -> Answer:
        """Answer `{"query", "variables", "operationName"}`. Points are charged before it is run.

        Raises:
            Refusal: 401 for whoever has no token; too much in a minute. When the hour's points
                are spent, that is an answer.
        """
        if identity.anonymous:
            raise Refusal(401, "This endpoint requires you to be authenticated.")
        question = _Question(identity, urls, limits, enterprise)
        return await to_thread.run_sync(self._answer, question, query)

    def _answer(self, question: _Question, query: Mapping[str, Any]) -> Answer:
        known = schema(enterprise=question.enterprise)
        if not question.enterprise:
            with self._world.lock:
                question.limits.hurry(question.identity.key, "graphql", 1)
        try:
            read = _read(str(query.get("query") or ""), enterprise=question.enterprise)
        except GraphQLError as unreadable:
            return _refused(question, [_told(unreadable)])
        operation = get_operation_ast(read.document, query.get("operationName"))
        if read.wrong or operation is None:
            told = [_told(each) for each in read.wrong]
            return _refused(question, told or [{"message": "No operation was named"}])
        given: dict[str, Any] = query.get("variables") or {}
        variables = get_variable_values(known, operation.variable_definitions, given)
        if isinstance(variables, list):
            return _refused(question, [_told(each) for each in variables])
        cost = measure(known, read.document, operation, variables)
        if wrong := cost.wrong + _missing_scopes(question.identity, read.fields):
            return _refused(question, [{"type": kind, "message": said} for kind, said in wrong])
        with self._world.lock:
            try:
                bucket = question.charge(cost.points)
            except Refusal as exhausted:
                spent = {"type": "RATE_LIMITED", "message": exhausted.message}
                return Answer(200, {"errors": [spent]}, 0)
            return self._run(question, bucket, read, query, cost)

    def _run(
        self,
        question: _Question,
        bucket: Quota | None,
        read: _Read,
        query: Mapping[str, Any],
        cost: QueryCost,
    ) -> Answer:
        seconds = cost.seconds * self._chance.uniform(0.85, 1.15)
        if seconds > WALL:
            return Answer(502, {"message": LOST}, cost.points, WALL)
        in_time = PARTIAL * WALL / seconds
        asked = Asked(
            self._world,
            question.identity,
            question.urls,
            cost,
            bucket,
            self._orders,
            beyond=MOST_IDS if in_time >= 1 else int(cost.ids * in_time),
        )
        done = execute(
            schema(enterprise=question.enterprise),
            read.document,
            context_value=asked,
            variable_values=query.get("variables") or {},
            operation_name=query.get("operationName"),
            is_awaitable=_never,
        )
        if asked.collapsed or not isinstance(done, ExecutionResult):
            return Answer(502, {"message": LOST}, cost.points, seconds)
        for repository, pull in asked.unjudged[:MOST_JUDGED]:
            judge(repository, pull)
        body: Json = {"data": done.data}
        if done.errors:
            body["errors"] = [_told(each) for each in done.errors]
        return Answer(200, body, cost.points, seconds)


def _never(_: object) -> bool:
    """Nothing here is awaited; asking each value whether it can be takes time."""
    return False


def _refused(question: _Question, errors: Sequence[Json]) -> Answer:
    """Refuse a query before it is run. It costs a point all the same, if there is one."""
    with contextlib.suppress(Refusal):
        question.charge(1)
    return Answer(200, {"errors": list(errors)})


def _told(error: GraphQLError) -> Json:
    """Return an error as GitHub writes it: its type first, beside the path."""
    refused = error.original_error
    told: Json = {}
    if isinstance(refused, Refused):
        told["type"] = refused.kind
    elif refused is not None:
        raise refused
    if error.path:
        told["path"] = error.path
    if isinstance(refused, Refused) and refused.single_sign_on:
        told["extensions"] = {"saml_failure": True}
    if error.locations:
        told["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return {**told, "message": error.message}


def _missing_scopes(caller: Asker, fields: frozenset[str]) -> list[tuple[str, str]]:
    if caller.scopes is None:
        return []
    return [
        ("INSUFFICIENT_SCOPES", _unscoped(name, needed, caller.scopes))
        for name, needed in SCOPES.items()
        if name in fields and not needed & caller.scopes
    ]


def _unscoped(name: str, needed: frozenset[str], granted: frozenset[str]) -> str:
    field = name.partition(".")[2]
    return (
        "Your token has not been granted the required scopes to execute this query. "
        f"The '{field}' field requires one of the following scopes: {sorted(needed)}, "
        f"but your token has only been granted the: {sorted(granted)} scopes."
    )
