"""Settings: what `opsroom.toml` may hold, where it is looked for, and what is wrong with it.

The file is named by `--config`, else by `$OPSROOM_CONFIG`, else it is `opsroom.toml` in the user's
configuration folder; never in the working directory, which may be a stranger's repository.
Secrets are written as `env:NAME` or `file:PATH`. Only keys that work are accepted.
"""

import os.path
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from platformdirs import user_config_path
from pydantic import ValidationError

from opsroom.errors import SettingsError
from opsroom.model.duration import parse_duration as parse_duration
from opsroom.model.text import plain
from opsroom.settings.probes import ProbeSetting as ProbeSetting
from opsroom.settings.refusals import refusal, said
from opsroom.settings.sources import DirectorySource as DirectorySource
from opsroom.settings.sources import GithubSource as GithubSource
from opsroom.settings.sources import HostSource as HostSource
from opsroom.settings.sources import Source as Source
from opsroom.settings.tables import REPEATED as REPEATED
from opsroom.settings.tables import TABLES as TABLES
from opsroom.settings.tables import CheckSetting as CheckSetting
from opsroom.settings.tables import HealthSetting as HealthSetting
from opsroom.settings.tables import JournalSetting as JournalSetting
from opsroom.settings.tables import ScanSetting as ScanSetting
from opsroom.settings.tables import Server as Server
from opsroom.settings.tables import Settings as Settings
from opsroom.settings.tables import SettingsFile as SettingsFile
from opsroom.settings.tables import Watch as Watch
from opsroom.settings.tables import header as header
from opsroom.settings.tables import keys as keys
from opsroom.settings.written import Context, absolute, from_here, read_text

FILE_NAME = "opsroom.toml"


def load(config: Path | None, home: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings file; without one, everything has its default.

    `config` and `home` are from the command line and come before `environ`'s OPSROOM_CONFIG and
    OPSROOM_HOME. Only a file that was asked for has to exist.

    Raises:
        SettingsError: names the file, the key's path, the line and the nearest right word.
    """
    asked = _named(config, "OPSROOM_CONFIG", environ)
    file = asked or absolute(user_config_path("opsroom"), "the configuration folder") / FILE_NAME
    if not asked and _absent(file):
        return _at_home(SettingsFile(), home, environ, None)
    text = read_text(file)
    try:
        read = SettingsFile.model_validate(
            _tables(file, text), by_alias=True, by_name=False, context=Context(file.parent, environ)
        )
    except ValidationError as error:
        raise refusal(file, text, error.errors(include_url=False)) from None
    _consistent(file, text, read.sources)
    _probed(file, text, read.probes)
    return _at_home(read, home, environ, file)


def _consistent(file: Path, text: str, sources: Sequence[Source]) -> None:
    """Refuse sources that can't be right as a whole, or that stand there twice."""
    seen: set[str] = set()
    for index, source in enumerate(sources):
        if isinstance(source, GithubSource) and (fault := source.fault()):
            key, what, hint = fault
            raise said(file, text, ("source", index, key), what, hint)
        key = "owner" if isinstance(source, GithubSource) else "path"
        for each in source.one_each():
            if each.key in seen:
                what = f"{each.key.partition(':')[2]} is a source already"
                raise said(file, text, ("source", index, key), what, "take one of the two out")
            seen.add(each.key)


def _probed(file: Path, text: str, probes: Sequence[ProbeSetting]) -> None:
    """Refuse probes whose target is none of their kind, and a name that is there twice."""
    names: set[str] = set()
    for index, probe in enumerate(probes):
        if fault := probe.fault():
            raise said(file, text, ("probe", index, "target"), *fault)
        if probe.name in names:
            what = f"{plain(probe.name, 60)} is a probe already"
            raise said(file, text, ("probe", index, "name"), what, "give it another name")
        names.add(probe.name)


def _absent(file: Path) -> bool:
    """Whether there is surely no such file."""
    try:
        os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _tables(file: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError(f"{file} is not TOML", "it is nested too deeply") from None
    except ValueError as error:
        said = plain(str(error))
        at = re.search(r"at line (\d+)", said)
        line = int(at[1]) if at else text.count("\n") + 1
        raise SettingsError(f"{file}, line {line}: not TOML", said) from None


def for_paths(paths: Sequence[Path], settings: Settings) -> Settings:
    """Return settings whose sources are these folders; those that were configured stay so."""
    known = {source.path: source for source in settings.directories}
    wanted = dict.fromkeys(from_here(path) for path in paths)
    sources = tuple(
        known.get(path) or DirectorySource(kind="directory", path=path) for path in wanted
    )
    return settings.model_copy(update={"sources": sources})


def _named(given: Path | None, variable: str, environ: Mapping[str, str]) -> Path | None:
    """Return the path from the command line, else from the environment."""
    if given is not None:
        return from_here(given)
    said = environ.get(variable, "")
    return absolute(Path(os.path.expanduser(said)), f"${variable}") if said else None


def _at_home(
    read: SettingsFile, home: Path | None, environ: Mapping[str, str], file: Path | None
) -> Settings:
    chosen = _named(home, "OPSROOM_HOME", environ) or read.home
    sources = tuple(each for source in read.sources for each in source.one_each())
    return Settings.model_validate(
        {**dict(read), "home": chosen, "file": file, "sources": sources}, by_name=True
    )
