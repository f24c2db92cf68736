"""Hooks and what was delivered."""

import json
from typing import Literal

from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.state.hooks import Delivery, Hook
from opsroom.demo.github.urls import Json

Target = Literal["Repository", "Organization"]


def config(one: Hook) -> Json:
    """Where and how a hook is called. The secret is never shown."""
    body = {"url": one.url, "content_type": one.content_type, "insecure_ssl": one.insecure_ssl}
    return {**body, "secret": "********"} if one.secret else body


def hook(at: str, one: Hook, target: Target) -> Json:
    """A hook. `at` is its own REST address."""
    body: Json = {
        "type": target,
        "id": one.id,
        "name": "web",
        "active": one.active,
        "events": list(one.events),
        "config": config(one),
        "updated_at": stamp(one.updated_at),
        "created_at": stamp(one.created_at),
        "url": at,
        "ping_url": f"{at}/pings",
        "deliveries_url": f"{at}/deliveries",
    }
    if target == "Repository":
        newest = one.deliveries[-1] if one.deliveries else None
        body["test_url"] = f"{at}/test"
        body["last_response"] = {
            "code": newest.status_code if newest else None,
            "status": "unused" if newest is None else "active",
            "message": newest.status if newest else None,
        }
    return body


def delivery(one: Delivery) -> Json:
    """One attempt, as the log lists it."""
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": stamp(one.delivered_at),
        "redelivery": one.redelivery,
        "duration": round(one.duration, 3),
        "status": one.status,
        "status_code": one.status_code,
        "event": one.event,
        "action": one.action,
        "installation_id": one.installation_id,
        "repository_id": one.repository_id,
        "throttled_at": None,
    }


def whole_delivery(one: Delivery, url: str) -> Json:
    """One attempt with what was sent and answered."""
    return {
        **delivery(one),
        "url": url,
        "request": {"headers": one.headers, "payload": json.loads(one.payload)},
        "response": {"headers": {}, "payload": one.answer},
    }
