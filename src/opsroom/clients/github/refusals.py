"""Why a host didn't tell: its status, headers and words as one short reason.

The reason stands where the fact is missing, so it says what a person would have to change.
"""

from opsroom.clients.github.wire import Reply
from opsroom.model.text import plain

UNKNOWN_TOKEN = "the host does not know the token"  # noqa: S105 - a sentence, no token
NEEDS_A_TOKEN = "the host answers this to a token only"  # noqa: S105 - a sentence, no token
NO_PERMISSION = "no permission"
NOT_THERE = "not found, or not for this token"
SIGN_ON = "the organisation asks for single sign-on with this token"
NOT_ENABLED = ("disabled", "not enabled", "must be enabled", "no analysis found")


def sign_on(reply: Reply) -> bool:
    """Whether an organisation wants the token to be authorised by single sign-on first."""
    return reply.headers.get("X-GitHub-SSO", "").startswith("required")


def reason(reply: Reply) -> str:
    """Why an answer that is no success tells nothing."""
    said = reply.message.lower()
    if reply.status == 401:
        return UNKNOWN_TOKEN
    if sign_on(reply) or "saml" in said:
        return SIGN_ON
    if reply.status in (403, 404) and any(word in said for word in NOT_ENABLED):
        return f"not enabled: {reply.message}"
    if reply.status == 403:
        needed = reply.headers.get("X-Accepted-GitHub-Permissions") or reply.headers.get(
            "X-Accepted-OAuth-Scopes"
        )
        wanted = f" (it needs {plain(needed, 100)})" if needed else ""
        return f"{NO_PERMISSION}{wanted}"
    if reply.status == 404:
        return NOT_THERE
    if reply.status == 410:
        return "it is gone"
    return f"the host answered {reply.status}"
