"""Clones of the fleet on disk, whose remotes are in the double."""

import re
import shlex
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from opsroom.demo.catalogue import KIM, USER, Plot
from opsroom.demo.faults import plant
from opsroom.demo.fleet import WORKERS, make_clone, move_remote
from opsroom.demo.git import Git
from opsroom.demo.github.objects import Objects
from opsroom.demo.history import Past
from opsroom.demo.town import Town

FORMER = re.compile(r"http://127\.0\.0\.1:\d+(?=/|\")")
CREDENTIALS = "credentials"
"""The file in the state folder with which Git in a clone signs in."""


def equip(town: Town, token: str) -> None:
    """Clone what the catalogue wants cloned; clones that are there are told where the double is."""
    root = town.fleet.root
    _keep_credentials(root / CREDENTIALS, town.remote, token)
    past = Past(town.fleet.seed, town.fleet.began)
    for plot in town.fleet.cloned:
        _lay_down(town, past, plot)
    with ThreadPoolExecutor(WORKERS) as workers:
        for _ in workers.map(partial(_equip, town), town.fleet.cloned):
            pass


def _lay_down(town: Town, past: Past, plot: Plot) -> None:
    """See to it that there is something to clone, also of what the host has no longer."""
    repository = town.hosted(plot)
    if repository is not None:
        repository.objects.materialise()
    elif not town.fleet.upstream(plot).is_dir():
        objects = Objects(town.fleet.upstream(plot), town.world.shelf)
        objects.follow(past.line(plot, objects.write).refs)
        objects.materialise()


def _equip(town: Town, plot: Plot) -> None:
    config = town.fleet.clone(plot) / ".git" / "config"
    if config.is_file():
        text = config.read_text(encoding="utf-8")
        config.write_text(FORMER.sub(town.remote, text), encoding="utf-8")
        return
    if town.fleet.taken_up:
        return
    make_clone(town.fleet, plot)
    move_remote(town.fleet, plot, town.remote)
    helper = f"store --file={shlex.quote(str(town.fleet.root / CREDENTIALS))}"
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[credential "{town.remote}"]\n\thelper = {_quoted(helper)}\n')
    plant(plot.faults, Git(town.fleet.clone(plot), KIM, town.fleet.began))


def _quoted(value: str) -> str:
    if value.isascii() and not set(value) & set("\\\"';# \t") - {" "}:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _keep_credentials(file: Path, remote: str, token: str) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)
    scheme, _, place = remote.partition("://")
    file.write_text(f"{scheme}://{USER}:{token}@{place}\n", encoding="utf-8")
