"""Compose stacks: public images, and those of the fleet's own programs."""

from opsroom.demo.catalogue import WORKFLOWS, Plot
from opsroom.demo.contents.everywhere import Releases, Tree

PUBLIC = {
    "compose-media": {"jellyfin": "docker.io/jellyfin/jellyfin:10.9.{step}",
                      "navidrome": "docker.io/deluan/navidrome:0.52.5"},
    "compose-home": {"homeassistant": "ghcr.io/home-assistant/home-assistant:2024.{step}.1",
                     "mosquitto": "docker.io/library/eclipse-mosquitto:2.0.15",
                     "zigbee2mqtt": "docker.io/koenkk/zigbee2mqtt:1.36.0"},
    "compose-proxy": {"traefik": "docker.io/library/traefik:v2.{step}.0"},
    "compose-monitoring": {"prometheus": "docker.io/prom/prometheus:v2.5{step}.0",
                           "grafana": "docker.io/grafana/grafana:10.2.{step}",
                           "loki": "docker.io/grafana/loki:2.9.4"},
}  # fmt: skip
USUAL = {"cache": "docker.io/library/redis:7.2.{step}"}


def files(plot: Plot, step: int, releases: Releases) -> Tree:
    """Return a stack in which every service keeps its data in a volume of its own."""
    images = PUBLIC.get(plot.name, USUAL)
    services = {name: image.format(step=step) for name, image in images.items()}
    for need in plot.needs:
        if need != WORKFLOWS:
            tag = releases(need).version
            services[need.partition("/")[2]] = f"registry.home.arpa/{need}:{tag}"
    blocks = "".join(
        f"  {name}:\n    image: {image}\n    restart: unless-stopped\n"
        f"    volumes:\n      - {name}:/data\n"
        for name, image in services.items()
    )
    volumes = "".join(f"  {name}: {{}}\n" for name in services)
    return {
        "compose.yaml": f"services:\n{blocks}volumes:\n{volumes}",
        ".env.example": "TZ=Europe/Copenhagen\n",
    }
