"""Users, organisations and bots."""

from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Refused
from opsroom.demo.github.graphql.owned import owned
from opsroom.demo.github.graphql.pages import Page, page
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted

SAML = (
    "Resource protected by organization SAML enforcement. You must grant your Personal Access "
    "token access to this organization."
)


def entered(account: Account, asked: Asked) -> Account:
    """Return an account, unless the token may not enter it.

    Raises:
        Refused: the organisation wants single sign-on, and the token isn't authorised.
    """
    if asked.caller.shut_out(account):
        raise Refused("FORBIDDEN", SAML, single_sign_on=True)
    return account


def named(full_name: str, asked: Asked, *, renamed: bool) -> Hosted:
    """Return a repository by its name.

    Raises:
        Refused: there is none for this caller, or its owner can't be entered.
    """
    found = asked.world.repository(full_name)
    gone = found is None or (found.full_name.lower() != full_name.lower() and not renamed)
    if found is None or gone or not asked.caller.sees(found):
        shut = asked.world.account(full_name.partition("/")[0])
        if shut is not None:
            entered(shut, asked)
        raise Refused(
            "NOT_FOUND", f"Could not resolve to a Repository with the name '{full_name}'."
        )
    return found


def _address(account: Account, asked: Asked, _: Arguments) -> str:
    bot = account.kind == "Bot"
    return f"{asked.urls.root}/{'apps/' if bot else ''}{account.login.removesuffix('[bot]')}"


def _picture(account: Account, asked: Asked, arguments: Arguments) -> str:
    size = arguments.get("size")
    return f"{asked.urls.root}/avatars/u/{account.id}{f'?s={size}' if size else ''}"


def _repository(account: Account, asked: Asked, arguments: Arguments) -> Hosted:
    name, renamed = f"{account.login}/{arguments['name']}", arguments.get("followRenames", True)
    return named(name, asked, renamed=renamed)


def _organizations(account: Account, asked: Asked, arguments: Arguments) -> Page:
    login = account.login.lower()
    found = [
        each
        for each in asked.world.accounts.values()
        if login in each.members and not asked.caller.shut_out(each)
    ]
    return page(found, arguments, lambda each: each)


def _email(account: Account, asked: Asked) -> str:
    return account.email if account is asked.caller.account else ""


USER = Fields[Account](
    {
        "id": lambda one: one.node_id,
        "databaseId": lambda one: one.id,
        "login": lambda one: one.login,
        "name": lambda one: one.name,
        "createdAt": lambda one: one.created_at,
        "updatedAt": lambda one: one.created_at,
    },
    {
        "url": _address,
        "avatarUrl": _picture,
        "email": lambda one, asked, _: _email(one, asked),
        "isViewer": lambda one, asked, _: one is asked.caller.account,
        "organizations": _organizations,
        "repositories": owned,
        "repository": _repository,
    },
)

ORGANIZATION = Fields[Account](
    {
        "id": lambda one: one.node_id,
        "databaseId": lambda one: one.id,
        "login": lambda one: one.login,
        "name": lambda one: one.name,
        "createdAt": lambda one: one.created_at,
        "updatedAt": lambda one: one.created_at,
    },
    {
        "url": _address,
        "avatarUrl": _picture,
        "viewerCanAdminister": lambda one, asked, _: _member(one, asked) == "admin",
        "viewerIsAMember": lambda one, asked, _: _member(one, asked) is not None,
        "repositories": owned,
        "repository": _repository,
    },
)


def _member(one: Account, asked: Asked) -> str | None:
    return one.members.get(asked.caller.account.login.lower())


BOT = Fields[Account](
    {
        "id": lambda one: one.node_id,
        "databaseId": lambda one: one.id,
        "login": lambda one: one.login.removesuffix("[bot]"),
    },
    {"url": _address, "avatarUrl": _picture},
)
