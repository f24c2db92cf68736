"""The questions of a smoke list: everything that is asked of a host in its daily life, once.

Nothing is changed. What an answer holds is used to ask on, checked, counted and forgotten.
"""

from collections.abc import Callable
from secrets import token_hex
from typing import Literal, get_args
from urllib.parse import quote

from opsroom.clients.github import rights
from opsroom.clients.github.address import DOTCOM
from opsroom.clients.github.alerts import OPEN, PATHS, UNKEPT, read_alert
from opsroom.clients.github.alerts import Kind as AlertKind
from opsroom.clients.github.graphql import Path, Told, ask, document
from opsroom.clients.github.prune import Pruned, Schema, prune, schema_of
from opsroom.clients.github.reading import read_look, read_swept
from opsroom.clients.github.runs import failed_step, read_run
from opsroom.clients.github.smoke import answers
from opsroom.clients.github.smoke.asking import Asking, Found, judged, refused
from opsroom.clients.github.smoke.shape import Shape, differences, unanswered
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.github.wire import Reply
from opsroom.clients.host import Priority, Swept
from opsroom.model.ci import BAD, CiRun
from opsroom.model.shapes import NONSENSE, listed, mapping, objects

AT_MOST = 3
"""Repositories that are looked at."""

SPEND = Spend("smoke", Priority.ASKED)
POINT = Spend("smoke", Priority.ASKED, "graphql")


class Questions:
    """The questions about one owner, in the order in which they lead from one to the next."""

    def __init__(self, asking: Asking, owner: str, former: str | None) -> None:
        self._asking = asking
        self._transport: Transport = asking.transport
        self._owner = owner
        self._former = former
        self._documents: dict[str, Pruned] = {}

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the server's schema lacks of our documents."""
        found = (field for pruned in self._documents.values() for field in pruned.missing)
        return tuple(dict.fromkeys(found))

    async def go(self) -> None:
        """Ask them all."""
        ask = self._asking.ask
        await ask("who the token is", self._who)
        organisation = await ask("what the owner is", self._account)
        await ask("what is left of the limits", self._limits)
        await ask("what the schema has", self._schema)
        swept: list[Swept] = await ask("sweep of the owner", self._sweep, needed=True) or []
        chosen = _chosen(swept)
        await self._about(chosen)
        first = chosen[0].full_name if chosen else ""
        place = f"/orgs/{quote(self._owner)}" if organisation else f"/repos/{quote(first)}"
        if organisation or first:
            for kind in get_args(AlertKind):
                await self._alerts(kind, place, organisation=bool(organisation))
            await self._hooks(place)
        await ask("a repository that is not there", self._absent)
        if self._former:
            await ask("a repository by its former name", self._renamed)
        else:
            self._asking.skip("a repository by its former name", "none is known")
        text = self._document("sweep")
        if text:
            await ask("what the token may do", self._rights, text, bool(organisation))

    async def _about(self, chosen: list[Swept]) -> None:
        """Ask about single repositories."""
        if not chosen:
            for question in ("look in full", "the same answer again", "runs"):
                self._asking.skip(question, "the owner has no repository with a commit")
            return
        ids = [each.id for each in chosen]
        await self._asking.ask(f"look in full, {len(ids)} at once", self._look, ids)
        first = chosen[0].full_name
        await self._asking.ask("the same answer again", self._again, first)
        for each in chosen:
            name = each.full_name
            failed = await self._asking.ask("runs", self._runs, name)
            if failed is not None:
                await self._asking.ask("jobs of a failed run", self._jobs, name, failed)
                await self._asking.ask("log of a failed run", self._log, name, failed)
                return
        self._asking.skip("jobs and log of a failed run", "no run failed among those")

    async def _who(self) -> Found:
        if self._transport.credential.kind == "user":
            reply = await self._transport.get("/user", SPEND)
            if reply.status == 200:
                told = "scopes are told" if "X-OAuth-Scopes" in reply.headers else "fine-grained"
                return judged(reply, answers.ACCOUNT, told)
            return refused(reply)
        path = "/installation/repositories"
        reply = await self._transport.get(path, SPEND, {"per_page": 1})
        return judged(reply, answers.INSTALLED, "an installation of an App")

    async def _account(self) -> Found:
        reply = await self._transport.get(f"/users/{quote(self._owner)}", SPEND)
        organisation = mapping(reply.data).get("type") == "Organization"
        said = "an organisation" if organisation else "a user"
        return judged(reply, answers.ACCOUNT, said, organisation)

    async def _limits(self) -> Found:
        reply = await self._transport.get("/rate_limit", SPEND)
        if reply.status == 404:
            return Found("this server sets none")
        return judged(reply, answers.LIMITS, "both buckets are told")

    async def _schema(self) -> Found:
        schema = await schema_of(self._transport, POINT)
        for name in ("sweep", "fleet"):
            self._documents[name] = prune(document(name), schema)
        if self._transport.address.name == DOTCOM and self.lacking:
            return Found(faults=tuple(f"{field}: is missing" for field in self.lacking[:10]))
        known = sum(each is not None for each in schema.types.values())
        return Found(f"{known} of {len(schema.types)} types; it lacks {len(self.lacking)} fields")

    def _document(self, name: str) -> str:
        if name not in self._documents:
            self._documents[name] = prune(document(name), Schema({}))
        return self._documents[name].text

    async def _sweep(self) -> Found:
        text = self._document("sweep")
        told = await ask(self._transport, text, {"login": self._owner, "cursor": None}, POINT)
        if told.data.get("repositoryOwner") is None:
            return Found("no such owner, or not for this token", outcome="refused")
        faults = _faults(told, text, answers.SWEEP)
        page = mapping(mapping(told.data["repositoryOwner"]).get("repositories"))
        swept: list[Swept] = []
        for place, value in enumerate(listed(page.get("nodes")) or []):
            path: Path = ("repositoryOwner", "repositories", "nodes", place)
            if told.fault(*path) is None or value is not None:
                faults += _unread(lambda: swept.append(read_swept(mapping(value), told, path)))  # noqa: B023 - called at once
        total = page.get("totalCount")
        there = total if isinstance(total, int) else "an unknown number of"
        said = f"{len(swept)} of {there} repositories, {len(told.faults)} errors"
        return Found(said, tuple(dict.fromkeys(faults)), value=swept)

    async def _look(self, ids: list[str]) -> Found:
        text = self._document("fleet")
        told = await ask(self._transport, text, {"ids": ids}, POINT)
        faults = _faults(told, text, answers.LOOK)
        host, at = self._transport.address.name, self._transport.clock()
        found = listed(told.data.get("nodes")) or []
        if len(found) != len(ids):
            faults += ("nodes: not as many as were asked for",)
        for place, value in enumerate(found):
            if value is not None:
                faults += _unread(
                    lambda: read_look(mapping(value), told, ("nodes", place), host=host, at=at)  # noqa: B023 - called at once
                )
        said = f"{sum(map(bool, found))} repositories, {len(told.faults)} errors at their paths"
        return Found(said, tuple(dict.fromkeys(faults)))

    async def _again(self, name: str) -> Found:
        """An answer whose ETag is sent back costs nothing, and the host says so."""
        path = f"/repos/{quote(name)}"
        reply = await self._transport.get(path, SPEND)
        found = judged(reply, answers.REPOSITORY)
        if reply.status != 200 or found.faults:
            return found
        if not reply.headers.get("ETag"):
            return Found(faults=("headers: no ETag",))
        await self._transport.get(path, SPEND)
        last = self._asking.ear.statuses[-1]
        said = "not changed, and free" if last == 304 else ""
        return Found(said, () if last == 304 else (f"the second answer: {last}, not 304",))

    async def _runs(self, name: str) -> Found:
        params: dict[str, str | int] = {"per_page": 100, "exclude_pull_requests": "true"}
        path = f"/repos/{quote(name)}/actions/runs"
        reply = await self._transport.get(path, SPEND, params)
        host = self._transport.address.name
        found = objects(mapping(reply.data).get("workflow_runs"))
        judgement = judged(reply, answers.RUNS)
        if reply.status != 200 or judgement.faults:
            return judgement
        runs = [read_run(host, each) for each in found]
        failed = next((run for run in runs if run.conclusion in BAD), None)
        return Found(f"{len(runs)} runs", value=failed)

    async def _jobs(self, name: str, run: CiRun) -> Found:
        path = f"/repos/{quote(name)}/actions/runs/{run.number}/attempts/{run.attempt}/jobs"
        reply = await self._transport.get(path, SPEND, {"per_page": 100})
        jobs = objects(mapping(reply.data).get("jobs"))
        steps = sum(len(objects(each.get("steps"))) for each in jobs)
        return judged(reply, answers.JOBS, f"{len(jobs)} jobs, {steps} steps")

    async def _log(self, name: str, run: CiRun) -> Found:
        step = await failed_step(self._transport, name, run, Priority.ASKED)
        if step is None:
            return Found("none of its steps failed")
        lines = step.log.count("\n")
        return Found(f"{lines} lines to the end of the failing step")

    async def _alerts(self, kind: AlertKind, place: str, *, organisation: bool) -> None:
        async def asked() -> Found:
            hidden: dict[str, str | int] = {"hide_secret": "true"} if kind == "secret" else {}
            params = {**OPEN, "per_page": 10, **hidden}
            path = f"{place}/{PATHS[kind]}/alerts"
            reply = await self._transport.get(path, SPEND, params, unkept=UNKEPT)
            shape = answers.alerts(kind, organisation=organisation)
            found = judged(reply, shape, f"{len(objects(reply.data))} open, at most 10 listed")
            faults = found.faults
            if reply.status == 200:
                for each in objects(reply.data):
                    faults += _unread(lambda: read_alert(kind, each))  # noqa: B023 - called at once
            return Found(found.said, tuple(dict.fromkeys(faults)), found.outcome)

        await self._asking.ask(f"{kind} alerts", asked)

    async def _hooks(self, place: str) -> None:
        async def asked() -> Found:
            reply = await self._transport.get(f"{place}/hooks", SPEND, {"per_page": 10})
            hooks = objects(reply.data)
            number = hooks[0].get("id") if hooks else None
            return judged(reply, answers.HOOKS, f"{len(hooks)} webhooks", number)

        async def delivered() -> Found:
            path = f"{place}/hooks/{number}/deliveries"
            reply = await self._transport.get(path, SPEND, {"per_page": 10})
            return judged(reply, answers.DELIVERIES, f"{len(objects(reply.data))} deliveries")

        number = await self._asking.ask("webhooks", asked)
        if isinstance(number, int):
            await self._asking.ask("deliveries of a webhook", delivered)
        else:
            self._asking.skip("deliveries of a webhook", "no webhook is seen")

    async def _absent(self) -> Found:
        path = f"/repos/{quote(self._owner)}/{token_hex(8)}"
        reply = await self._transport.get(path, SPEND)
        if reply.status != 404:
            return Found(faults=(f"the answer: a status of {reply.status}, not 404",))
        return Found("it is not", differences(reply.data, answers.REFUSAL))

    async def _renamed(self) -> Found:
        reply: Reply = await self._transport.get(f"/repos/{quote(self._former or '')}", SPEND)
        if reply.status == 404:
            return Found("the former name leads nowhere any more")
        led = any(300 <= status < 400 for status in self._asking.ear.statuses)
        return judged(reply, answers.REPOSITORY, "it leads on" if led else "it is in use again")

    async def _rights(self, text: str, organisation: bool) -> Found:
        found = await rights.rights(self._transport, text, self._owner, organisation=organisation)
        state: dict[bool | None, Literal["yes", "no", "not known"]] = {True: "yes", False: "no"}
        told = (f"{each.what}: {state.get(each.allowed, 'not known')}" for each in found.rights)
        return Found("; ".join(told))


def _chosen(swept: list[Swept]) -> list[Swept]:
    """Some repositories with commits, those first whose CI is failing."""
    with_commits = [each for each in swept if each.head and not each.archived]
    return sorted(with_commits, key=lambda each: each.ci != "failing")[:AT_MOST]


def _faults(told: Told, text: str, shape: Shape) -> tuple[str, ...]:
    return unanswered(text, told.data) + differences(told.data, shape)


def _unread(read: Callable[[], object]) -> tuple[str, ...]:
    """What our reading makes of an answer that has the right shape."""
    try:
        read()
    except NONSENSE as error:
        return (f"reading it failed: {type(error).__name__}",)
    return ()
