"""Apps are created and installed, and get tokens that expire."""

import hashlib
from datetime import timedelta

from opsroom.demo.github.bodies.apps import installation as installation_body
from opsroom.demo.github.bodies.apps import selection
from opsroom.demo.github.state.accounts import Access, Account, Token
from opsroom.demo.github.state.apps import HostApp, Installation
from opsroom.demo.github.state.hooks import Hook
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World

LIFETIME = timedelta(hours=1)


def create_app(
    world: World,
    slug: str,
    owner: Account,
    public_key: str,
    *,
    permissions: dict[str, Access],
    events: tuple[str, ...] = (),
    hook_url: str = "",
    secret: str = "",
) -> HostApp:
    """Create an App that signs with the private half of `public_key` (PEM)."""
    with world.lock:
        number, node = world.identify("A")
        bot = world.add_account(slug, "Bot")
        now = world.now()
        app = HostApp(
            number, node, slug, slug, owner, bot, public_key, permissions, events, now, ""
        )
        app.client_id = f"Iv23li{number:014d}"
        if hook_url:
            app.hook = Hook(world.ids.number(), hook_url, ("*",), now, now, secret)
        world.apps[number] = app
        return app


def install(
    world: World, app: HostApp, account: Account, repositories: frozenset[int] | None = None
) -> Installation:
    """Install an App in an account, for chosen repositories (database ids) or for all."""
    with world.lock:
        number, node = world.identify("MI")
        one = Installation(number, node, app, account, world.now(), repositories)
        app.installations[number] = one
        world.emit(
            "installation",
            "created",
            None,
            lambda urls: {
                "installation": installation_body(urls, one),
                "repositories": [],
            },
            owner=account,
        )
        return one


def choose(
    world: World, one: Installation, repositories: frozenset[int], actor: Account | None = None
) -> None:
    """Let an installation reach exactly these repositories (database ids) from now on."""
    with world.lock:
        before = one.repositories
        if before is None:
            before = frozenset(each.id for each in world.repositories_of(one.account))
        one.repositories = repositories
        moved = {"added": repositories - before, "removed": before - repositories}
        for action, changed in moved.items():
            if changed:
                _tell_chosen(world, one, action, changed, actor)


def _tell_chosen(
    world: World, one: Installation, action: str, changed: frozenset[int], actor: Account | None
) -> None:
    found = [world.repositories[number] for number in sorted(changed)]

    def details(urls: Urls) -> Json:
        brief = [
            {
                "id": each.id,
                "node_id": each.node_id,
                "name": each.name,
                "full_name": each.full_name,
                "private": each.private,
            }
            for each in found
        ]
        return {
            "installation": installation_body(urls, one),
            "repository_selection": selection(one),
            "repositories_added": brief if action == "added" else [],
            "repositories_removed": brief if action == "removed" else [],
            "requester": None,
        }

    world.emit("installation_repositories", action, None, details, actor=actor, owner=one.account)


def give_token(
    world: World,
    installation: Installation,
    permissions: dict[str, Access] | None = None,
    repositories: frozenset[int] | None = None,
) -> Token:
    """Give an installation a token for an hour, with all of its permissions or with fewer."""
    with world.lock:
        number = world.ids.number()
        seed = f"{world.seed}:{installation.id}:{number}".encode()
        text = f"ghs_{hashlib.sha256(seed).hexdigest()[:36]}"
        token = Token(
            text,
            "installation",
            installation.app.bot,
            permissions=dict(permissions or installation.app.permissions),
            repositories=repositories if repositories is not None else installation.repositories,
            expires_at=world.now() + LIFETIME,
            owner=installation.account,
            installation=installation.id,
        )
        return world.add_token(token)
