"""Who an Authorization header stands for."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from opsroom.demo.github.identity import Asker
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.state.accounts import Token
from opsroom.demo.github.state.apps import HostApp
from opsroom.demo.github.world import World

LONGEST = timedelta(minutes=10)
"""How long a JWT of an App may be good for."""
SLACK = timedelta(seconds=60)
"""How far its clock may be ahead."""


def identify(world: World, header: str | None) -> Asker:
    """Who asks. Without a header it is nobody.

    Raises:
        Refusal: 401, the token is wrong, expired or revoked.
    """
    if not header:
        return Asker("anonymous", world.nobody, anonymous=True)
    kind, _, rest = header.partition(" ")
    text = rest.strip()
    if kind.lower() == "basic":
        text = _password(text)
    if text.count(".") == 2 and kind.lower() == "bearer":
        return _app(world, text)
    token = world.tokens.get(text)
    if token is None or _is_over(token, world.now()):
        raise Refusal(401, "Bad credentials")
    if token.installation is None:
        return Asker(f"user:{token.account.id}", token.account, token)
    installation = world.installation(token.installation)
    if installation is None or installation.suspended_at is not None:
        raise Refusal(403, "This installation has been suspended")
    return Asker(f"installation:{token.installation}", token.account, token)


def _is_over(token: Token, now: datetime) -> bool:
    return token.expires_at is not None and token.expires_at <= now


def _password(encoded: str) -> str:
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password if password not in ("", "x-oauth-basic") else user


def _app(world: World, text: str) -> Asker:
    claims = _claims(text, None)
    app = _issuer(world, str(claims.get("iss", "")))
    if app is None:
        raise Refusal(401, "Integration not found")
    claims = _claims(text, app.public_key)
    now = world.now().timestamp()
    begun, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(ends, int | float) or ends <= now:
        raise Refusal(401, "'Expiration time' claim ('exp') must be in the future")
    if ends > now + (LONGEST + SLACK).total_seconds():
        raise Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(begun, int | float) or begun > now + SLACK.total_seconds():
        raise Refusal(401, "'Issued at' claim ('iat') must be in the past")
    return Asker(f"app:{app.id}", app.bot, app=app)


def _issuer(world: World, issuer: str) -> HostApp | None:
    apps = world.apps.values()
    return next((each for each in apps if issuer in (str(each.id), each.client_id)), None)


def _claims(text: str, key: str | None) -> dict[str, Any]:
    """The claims of a JWT, its signature checked where there is a key; time is not looked at."""
    checked: Options = {
        "verify_signature": key is not None,
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
    }
    try:
        return jwt.decode(text, key or "", algorithms=["RS256"], options=checked)
    except jwt.InvalidTokenError as error:
        raise Refusal(401, "A JSON web token could not be decoded") from error
