"""The centre's hooks at the double, as a person would add them on the host's pages."""

import httpx2

from opsroom.demo.catalogue import ORGANISATION, USER
from opsroom.errors import OpsroomError

TIMEOUT = 10.0
MOST = 100
"""Repositories of a person that get a hook each; an organisation has one for all."""


def subscribe(github: str, token: str, page: str, secret: str) -> None:
    """Let the double tell the centre at `page` (with a slash at its end) whatever happens.

    Raises:
        OpsroomError: it could not be told.
    """
    config = {"url": f"{page}webhooks/github", "content_type": "json", "secret": secret}
    hook = {"name": "web", "active": True, "events": ["*"], "config": config}
    signed = {"authorization": f"Bearer {token}"}
    try:
        with httpx2.Client(base_url=github, headers=signed, timeout=TIMEOUT) as client:
            client.post(f"/orgs/{ORGANISATION}/hooks", json=hook).raise_for_status()
            wanted: dict[str, str | int] = {"per_page": MOST, "affiliation": "owner"}
            listed = client.get("/user/repos", params=wanted).raise_for_status()
            for repository in listed.json():
                name = repository["full_name"]
                if name.startswith(f"{USER}/") and not repository["archived"]:
                    client.post(f"/repos/{name}/hooks", json=hook).raise_for_status()
    except httpx2.HTTPError as error:
        raise OpsroomError(f"the double takes no hooks: {error}") from error
