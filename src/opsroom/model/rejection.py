"""A person's no to what Opsroom proposed."""

from datetime import datetime

from opsroom.model.value import Value


class Rejection(Value):
    """A person closed a pull request or an issue of ours at `at`: what it proposed is a no.

    `repository` is what its host knows the repository by, whatever its name. `key` stands for what
    was proposed (`Mark.digest` of the write client), `number` and `url` are of what was closed.
    `by` is a login, empty where the host doesn't say.
    """

    host: str
    repository: str
    key: str
    number: int
    url: str
    by: str
    at: datetime
