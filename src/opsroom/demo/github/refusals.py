"""What the double refuses, in the words and numbers of GitHub."""

from collections.abc import Mapping, Sequence

from opsroom.demo.github.urls import Json

DOCS = "https://docs.github.com/rest"


class Refusal(Exception):
    """An answer that is not yes. `errors` are those of a 422; `headers` go with it."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Json] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def body(self) -> Json:
        """As GitHub puts it."""
        body: Json = {"message": self.message}
        if self.errors:
            body["errors"] = list(self.errors)
        return {**body, "documentation_url": DOCS, "status": str(self.status)}


def not_found() -> Refusal:
    """There is none, or not for you."""
    return Refusal(404, "Not Found")


def forbidden(message: str) -> Refusal:
    """You may not."""
    return Refusal(403, message)


def invalid(resource: str, field: str, code: str = "invalid", message: str = "") -> Refusal:
    """A field that can't be so: `code` is one of GitHub's (missing_field, already_exists...)."""
    error: Json = {"resource": resource, "code": code, "field": field}
    if message:
        error["message"] = message
    return Refusal(422, "Validation Failed", [error])


def unprocessable(message: str) -> Refusal:
    """A request that can't be done, in one sentence."""
    return Refusal(422, message)
