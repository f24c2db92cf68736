"""One call of every route of the double's REST, in an order in which each can succeed."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.demo.github.rich import ISSUE, OPEN_PULL, enrich
from tests.hub import SmallHub

from opsroom.demo.github.acts.apps import choose, create_app, install
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.state.repository import Hosted

API, ORG = "/repos/acme/api", "/orgs/acme"
BEHIND = "/hooks/{hook}/deliveries"
RULESET = {
    "name": "no deletion",
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "rules": [{"type": "deletion"}],
}
PROTECTION = {
    "required_status_checks": {"strict": True, "contexts": ["test"]},
    "enforce_admins": False,
    "required_pull_request_reviews": {"required_approving_review_count": 1},
    "restrictions": None,
}
ADVISORY = {
    "summary": "A flaw",
    "description": "In long",
    "severity": "high",
    "vulnerabilities": [{"package": {"ecosystem": "pip", "name": "x"}}],
}


class Asked(NamedTuple):
    """A request, and as whom it is made: `kim`, the App (`jwt`) or its `installation`."""

    method: str
    path: str
    body: Any = None
    who: str = "kim"


class Stage:
    """The world in which every call has something to say, and the names that calls need."""

    def __init__(self, hub: SmallHub) -> None:
        self.hub = hub
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.api = enrich(hub)
        self.app = create_app(
            hub.world,
            "robot",
            hub.kim,
            public.decode(),
            permissions={"checks": "write", "contents": "write", "metadata": "read"},
            events=("push", "repository_dispatch"),
            hook_url="http://hooks.test/app",
            secret="s",
        )
        self.installation = install(hub.world, self.app, hub.acme)
        now = hub.world.now()
        claims = {"iat": now, "exp": now + timedelta(minutes=5), "iss": str(self.app.id)}
        self.tokens = {"kim": hub.token, "jwt": jwt.encode(claims, key, "RS256")}
        self.run, self.waiting = list(self.api.runs.values())

    @property
    def head(self) -> str:
        """The commit of the default branch."""
        assert self.api.head is not None
        return self.api.head


def calls(stage: Stage) -> Iterator[Asked]:
    """Yield the calls; what one of them made is there when the next is asked for."""
    yield from _accounts(stage)
    yield from _repositories()
    yield from _git(stage)
    yield from _commits(stage)
    yield from _issues()
    yield from _pulls(stage)
    yield from _actions(stage)
    yield from _alerts()
    yield from _protection(stage)
    yield from _hooks(stage)
    yield from _ends()


def _get(*paths: str, who: str = "kim") -> Iterator[Asked]:
    for path in paths:
        yield Asked("GET", path, None, who)


def _accounts(stage: Stage) -> Iterator[Asked]:
    number = stage.installation.id
    yield from _get("/", "/meta", "/rate_limit", "/user", "/user/repos", "/user/orgs")
    yield from _get("/users/kim", "/users/kim/repos", "/users/acme", ORG, f"{ORG}/repos")
    yield from _get("/app", "/app/installations", f"/app/installations/{number}", who="jwt")
    yield from _get(f"{API}/installation", f"{ORG}/installation", who="jwt")
    install(stage.hub.world, stage.app, stage.hub.kim)
    yield from _get("/users/kim/installation", who="jwt")
    yield Asked("POST", f"/app/installations/{number}/access_tokens", {}, "jwt")
    yield from _get("/installation/repositories", who="installation")
    yield Asked("DELETE", "/installation/token", None, "installation")


def _repositories() -> Iterator[Asked]:
    yield from _get(API, "/repos/acme/empty", "/repos/kim/notes", f"{API}/topics")
    yield Asked("PATCH", API, {"description": "Other", "has_wiki": False})
    yield Asked("PUT", f"{API}/topics", {"names": ["one", "two"]})
    for switch in ("vulnerability-alerts", "automated-security-fixes"):
        yield Asked("PUT", f"{API}/{switch}")
        yield Asked("GET", f"{API}/{switch}")
        yield Asked("DELETE", f"{API}/{switch}")
    yield Asked("PUT", f"{API}/vulnerability-alerts")
    yield Asked("POST", "/user/repos", {"name": "fresh", "auto_init": True})
    yield Asked("POST", f"{ORG}/repos", {"name": "shared", "private": True})
    yield Asked("POST", "/repos/kim/fresh/transfer", {"new_owner": "acme"})
    yield Asked("DELETE", "/repos/acme/fresh")


def _git(stage: Stage) -> Iterator[Asked]:
    objects = stage.api.objects
    tree = objects.commit(stage.head).tree
    blob = next(each.oid for each in objects.tree(tree) if each.kind == "blob")
    yield from _get(f"{API}/branches", f"{API}/branches/main", f"{API}/tags")
    yield from _get(f"{API}/git/ref/heads/main", f"{API}/git/matching-refs/heads")
    yield Asked("POST", f"{API}/git/refs", {"ref": "refs/heads/a/b", "sha": stage.head})
    yield from _get(f"{API}/branches/a/b", f"{API}/git/ref/heads/a/b")
    yield from _get(f"{API}/git/commits/{stage.head}", f"{API}/git/blobs/{blob}")
    yield from _get(f"{API}/git/trees/{tree}", f"{API}/git/trees/main?recursive=1")
    yield Asked("POST", f"{API}/git/blobs", {"content": "x", "encoding": "utf-8"})
    lines = [{"path": "new.txt", "mode": "100644", "type": "blob", "content": "new\n"}]
    yield Asked("POST", f"{API}/git/trees", {"base_tree": tree, "tree": lines})
    made = {"message": "By hand", "tree": tree, "parents": [stage.head]}
    yield Asked("POST", f"{API}/git/commits", made)
    fresh = commit_files(stage.hub.world, stage.api, "side", {"s": "1"}, "Side", stage.hub.kim)
    yield Asked("PATCH", f"{API}/git/refs/heads/a/b", {"sha": fresh})
    yield Asked("POST", "/repos/acme/web/git/refs", _ref(stage.hub.repository("acme/web")))
    commit_files(
        stage.hub.world, stage.hub.repository("acme/web"), "side", {"s": "1"}, "x", stage.hub.kim
    )
    yield Asked("POST", "/repos/acme/web/merges", {"base": "main", "head": "side"})
    yield Asked("DELETE", f"{API}/git/refs/heads/a/b")
    yield from _contents()


def _ref(repository: Hosted) -> dict[str, str | None]:
    return {"ref": "refs/heads/side", "sha": repository.head}


def _contents() -> Iterator[Asked]:
    web = "/repos/acme/web"
    yield from _get(f"{API}/contents", f"{API}/contents/", f"{API}/contents/src")
    yield from _get(f"{API}/readme", f"{API}/contents/README.md")
    text = base64.b64encode(b"hello\n").decode()
    yield Asked("PUT", f"{web}/contents/hello.txt", {"message": "Say hello", "content": text})
    gone = {"message": "Say no more", "sha": "ce013625030ba8dba906f756967f9e9ca394464a"}
    yield Asked("DELETE", f"{web}/contents/hello.txt", gone)


def _commits(stage: Stage) -> Iterator[Asked]:
    at, head = f"{API}/commits/{stage.head}", stage.head
    suites = stage.api.checks(head)
    check = suites[0].runs[0].id
    yield from _get(f"{API}/commits", at, f"{API}/commits/main", f"{API}/compare/main...fix")
    yield from _get(f"{at}/status", f"{at}/statuses", f"{at}/check-runs", f"{at}/check-suites")
    yield from _get(f"{API}/check-suites/{suites[0].id}", f"{API}/check-runs/{check}")
    yield from _get(f"{API}/check-suites/{suites[0].id}/check-runs")
    yield Asked("POST", f"{API}/statuses/{head}", {"state": "pending", "context": "ci/more"})
    output = {"title": "Good", "summary": "All well"}
    made = {"name": "extra", "head_sha": head, "conclusion": "success", "output": output}
    number = stage.installation.id
    yield Asked("POST", f"/app/installations/{number}/access_tokens", {}, "jwt")
    yield Asked("POST", f"{API}/check-runs", made, "installation")
    yield from _get(f"{API}/releases", f"{API}/releases/latest", f"{API}/releases/tags/v1.0.0")
    yield from _get(f"{API}/releases/{stage.api.releases[0].id}")
    yield Asked("POST", f"{API}/releases", {"tag_name": "v2.0.0", "name": "Two"})


def _issues() -> Iterator[Asked]:
    at = f"{API}/issues/{ISSUE}"
    yield from _get(f"{API}/issues", f"{API}/issues?state=all", at, f"{at}/comments")
    yield Asked("POST", f"{API}/issues", {"title": "New", "body": "One", "labels": ["bug"]})
    yield Asked("PATCH", at, {"title": "Very broken", "assignees": ["kim"]})
    yield Asked("POST", f"{at}/comments", {"body": "More"})
    yield Asked("GET", f"{API}/issues/comments/{{comment}}")
    yield Asked("PATCH", f"{API}/issues/comments/{{comment}}", {"body": "Less"})
    yield from _get(f"{at}/labels", f"{API}/labels", f"{API}/labels/bug")
    yield Asked("POST", f"{at}/labels", {"labels": ["later"]})
    yield Asked("PUT", f"{at}/labels", {"labels": ["bug", "later"]})
    yield Asked("DELETE", f"{at}/labels/later")
    yield Asked("POST", f"{API}/labels", {"name": "ours", "color": "ff0000"})
    yield Asked("PATCH", f"{API}/labels/ours", {"new_name": "theirs", "description": "x"})
    yield Asked("DELETE", f"{API}/labels/theirs")
    yield Asked("PATCH", at, {"state": "closed", "state_reason": "completed"})


def _pulls(stage: Stage) -> Iterator[Asked]:
    at = f"{API}/pulls/{OPEN_PULL}"
    yield from _get(f"{API}/pulls", f"{API}/pulls?state=all", at, f"{at}/commits", f"{at}/files")
    yield from _get(f"{at}/reviews", f"{at}/comments", f"{at}/requested_reviewers")
    yield from _get(f"{API}/pulls/{OPEN_PULL + 1}/merge", f"{API}/issues/{OPEN_PULL}")
    made = {"title": "Side", "head": "side", "base": "main", "draft": False}
    yield Asked("POST", f"{API}/pulls", made)
    yield Asked("PATCH", at, {"title": "Fix it well"})
    yield Asked("POST", f"{at}/reviews", {"event": "APPROVE"}, "stranger")
    yield Asked("POST", f"{at}/requested_reviewers", {"reviewers": ["stranger"]})
    yield Asked("DELETE", f"{at}/requested_reviewers", {"reviewers": ["stranger"]})
    yield Asked("PUT", f"{at}/update-branch", {})
    yield Asked("DELETE", f"{API}/branches/main/protection")
    yield Asked("PUT", f"{at}/merge", {"merge_method": "squash"})


def _actions(stage: Stage) -> Iterator[Asked]:
    at, run = f"{API}/actions", f"{API}/actions/runs/{stage.run.id}"
    job = stage.run.newest.jobs[0].id
    workflow = f"{at}/workflows/ci.yml"
    yield from _get(f"{at}/workflows", workflow, f"{workflow}/runs", f"{at}/permissions")
    yield from _get(f"{at}/runs", f"{at}/runs?exclude_pull_requests=true", run, f"{run}/jobs")
    yield from _get(f"{run}/attempts/1", f"{run}/attempts/1/jobs", f"{run}/timing")
    yield from _get(f"{run}/artifacts", f"{at}/jobs/{job}", f"{at}/jobs/{job}/logs")
    yield Asked("PUT", f"{workflow}/disable")
    yield Asked("PUT", f"{workflow}/enable")
    yield Asked("POST", f"{at}/workflows/deploy.yml/dispatches", {"ref": "main"})
    yield Asked("POST", f"{run}/rerun")
    yield Asked("POST", f"{run}/cancel")
    yield Asked("POST", f"{run}/rerun-failed-jobs")
    yield Asked("POST", f"{run}/force-cancel")
    yield Asked("DELETE", run)
    yield Asked("POST", f"{API}/dispatches", {"event_type": "go", "client_payload": {}})


def _alerts() -> Iterator[Asked]:
    for kind in ("dependabot", "code-scanning", "secret-scanning"):
        yield from _get(f"{API}/{kind}/alerts", f"{ORG}/{kind}/alerts", f"{API}/{kind}/alerts/1")
    waved = {"state": "dismissed", "dismissed_reason": "tolerable_risk"}
    yield Asked("PATCH", f"{API}/dependabot/alerts/1", waved)
    waved = {"state": "dismissed", "dismissed_reason": "false positive"}
    yield Asked("PATCH", f"{API}/code-scanning/alerts/1", waved)
    resolved = {"state": "resolved", "resolution": "false_positive"}
    yield Asked("PATCH", f"{API}/secret-scanning/alerts/1", resolved)
    yield from _get(f"{API}/secret-scanning/alerts/1/locations", f"{API}/security-advisories")
    yield Asked("POST", f"{API}/security-advisories", ADVISORY)
    yield Asked("PATCH", f"{API}/security-advisories/{{ghsa_id}}", {"state": "published"})


def _protection(stage: Stage) -> Iterator[Asked]:
    at = f"{API}/branches/main/protection"
    yield Asked("PUT", at, PROTECTION)
    yield from _get(at, f"{at}/required_status_checks", f"{at}/required_pull_request_reviews")
    yield from _get(f"{API}/rules/branches/main")
    for owner in (API, ORG):
        yield from _get(f"{owner}/rulesets")
        yield Asked("POST", f"{owner}/rulesets", RULESET)
        yield Asked("GET", f"{owner}/rulesets/{{id}}")
        yield Asked("PUT", f"{owner}/rulesets/{{id}}", {"enforcement": "disabled"})
        yield Asked("DELETE", f"{owner}/rulesets/{{id}}")


def _hooks(stage: Stage) -> Iterator[Asked]:
    made = {
        "name": "web",
        "events": ["*"],
        "config": {"url": "http://hooks.test/", "content_type": "json", "secret": "s"},
    }
    for owner in (API, ORG):
        yield Asked("POST", f"{owner}/hooks", made)
        yield from _get(f"{owner}/hooks", f"{owner}/hooks/{{id}}")
        yield Asked("PATCH", f"{owner}/hooks/{{id}}", {"events": ["push", "issues"]})
        yield Asked("POST", f"{owner}/hooks/{{id}}/pings")
        yield from _get(f"{owner}/hooks/{{id}}/deliveries")
        yield from _get(f"{owner}/hooks/{{id}}/deliveries/{{delivery}}")
        yield Asked("POST", f"{owner}/hooks/{{id}}/deliveries/{{delivery}}/attempts", {})
        yield Asked("DELETE", f"{owner}/hooks/{{id}}")
        yield Asked("POST", f"{owner}/hooks", made)
    choose(stage.hub.world, stage.installation, frozenset({stage.api.id}))
    every = frozenset(each.id for each in stage.hub.world.repositories_of(stage.hub.acme))
    choose(stage.hub.world, stage.installation, every)
    yield from _get("/app/hook/deliveries", "/app/hook/deliveries/{delivery}", who="jwt")
    yield Asked("POST", "/app/hook/deliveries/{delivery}/attempts", {}, "jwt")


def _ends() -> Iterator[Asked]:
    yield from _get("/repositories/{repository}", f"{API}/none", f"{API}/pulls/999")
    yield Asked("PATCH", API, {"name": "renamed"})
    yield Asked("GET", API)
    yield Asked("PATCH", "/repositories/{repository}", {"archived": True})
