"""Apps and installations."""

from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.apps import HostApp, Installation
from opsroom.demo.github.urls import Json, Urls


def app(urls: Urls, one: HostApp) -> Json:
    """An App."""
    return {
        "id": one.id,
        "slug": one.slug,
        "node_id": one.node_id,
        "client_id": one.client_id,
        "owner": account(urls, one.owner),
        "name": one.name,
        "description": one.name,
        "external_url": f"{urls.root}/apps/{one.slug}",
        "html_url": f"{urls.root}/apps/{one.slug}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "permissions": dict(one.permissions),
        "events": list(one.events),
        "installations_count": len(one.installations),
    }


def installation(urls: Urls, one: Installation) -> Json:
    """An App in an account."""
    return {
        "id": one.id,
        "account": account(urls, one.account),
        "repository_selection": selection(one),
        "access_tokens_url": f"{urls.api}/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{urls.api}/installation/repositories",
        "html_url": f"{urls.root}/settings/installations/{one.id}",
        "app_id": one.app.id,
        "client_id": one.app.client_id,
        "app_slug": one.app.slug,
        "target_id": one.account.id,
        "target_type": one.account.kind,
        "permissions": dict(one.app.permissions),
        "events": list(one.app.events),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": maybe(one.suspended_at),
    }


def selection(one: Installation) -> str:
    """Whether all repositories were chosen, or some."""
    return "all" if one.repositories is None else "selected"
