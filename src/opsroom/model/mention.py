"""A Mention: a name in a file that is no package, and that a repository of the fleet may go by.

Only names that stand in configuration, scripts and CI: prose names everything and means little.
"""

from dataclasses import dataclass
from typing import Literal

MentionKind = Literal["address", "host", "template", "environment", "source"]
"""What is named:

`address`: a Git repository, or a file in one, by its URL. `host`: a name of the network.
`template`: a repository whose files this one was made from or extends. `environment`: where it is
deployed to. `source`: what something was made from, as a label or an annotation says.
"""


@dataclass(frozen=True, slots=True)
class Mention:
    """One name, once for each place. Text in it was written by strangers: it is data.

    `name` is `git+https://host/owner/name` (an origin without credentials, see `Package.origin`) of
    `address`, `template` and `source`; `host` or `host:port` in lower case; or an environment.
    """

    kind: MentionKind
    name: str
    line: int = 0
    version: str = ""
    """The tag, branch or commit that is asked for; empty: none is."""
    serves: bool = False
    """The repository answers under that name, instead of asking for it."""
