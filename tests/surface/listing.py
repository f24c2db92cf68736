"""The whole surface as a client sees it, printed as JSON. Run by tests in other environments.

    python listing.py HOME

Prints `{"tools", "resources", "templates", "prompts", "modules"}`; `modules` are those that were
loaded when the tools had been listed.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcp import Client
from pydantic import BaseModel

from opsroom.operations.room import Room
from opsroom.serve.bus import Announcer, Bus
from opsroom.serve.mcp import build_server
from opsroom.settings import Settings


async def listing(home: Path) -> dict[str, Any]:
    bus = Bus()
    async with Room(Settings(home=home)) as room:
        room.tasks.start_soon(Announcer(room, bus).run)
        async with Client(build_server(room, bus)) as client:
            tools = (await client.list_tools()).tools
            modules = sorted(sys.modules)
            resources = (await client.list_resources()).resources
            templates = (await client.list_resource_templates()).resource_templates
            prompts = (await client.list_prompts()).prompts
    shown: dict[str, Sequence[BaseModel]] = {
        "tools": tools,
        "resources": resources,
        "templates": templates,
        "prompts": prompts,
    }
    return {
        **{
            kind: [each.model_dump(mode="json", by_alias=True, exclude_none=True) for each in found]
            for kind, found in shown.items()
        },
        "modules": modules,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(listing(Path(sys.argv[1])))))
