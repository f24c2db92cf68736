"""What a command line gave back."""

import json
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """The exit code, stdout and stderr of one command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def complains(self, code: int, *said: str) -> None:
        """It ended with that code and one line on stderr that holds each of these."""
        assert self.code == code, self
        assert self.out == ""
        assert self.err.startswith("opsroom: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        for each in said:
            assert each in self.err, self.err
