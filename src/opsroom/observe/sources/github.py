"""Sources of the kind `github`: what their webhooks say.

The one place above the clients that knows which kind of host a source is of.
"""

from collections.abc import Mapping, Sequence

from opsroom.clients.github.webhooks import LARGEST_BODY as LARGEST_BODY
from opsroom.clients.github.webhooks import QUIET_EVENTS, heard, signers
from opsroom.model.heard import Heard
from opsroom.settings import GithubSource


def delivery(
    sources: Sequence[GithubSource], headers: Mapping[str, str], body: bytes
) -> tuple[GithubSource, Heard]:
    """Which source a webhook is for, and what it tells. `headers` by names in lower case.

    Raises:
        Unsigned: no secret of these sources signed it.
        Malformed: it is signed and can't be read.
    """
    secrets = {
        source.key: source.webhook_secret.get_secret_value()
        for source in sources
        if source.webhook_secret
    }
    names = signers(body, headers.get("x-hub-signature-256", ""), secrets)
    signed = [source for source in sources if source.key in names]
    told = heard(headers, body, signed[0].host)
    for source in signed:
        if source.owner is None or source.owner.lower() == told.owner.lower():
            return source, told
    return signed[0], told


def is_quiet(told: Heard) -> bool:
    """Whether nothing can have moved."""
    return told.event in QUIET_EVENTS
