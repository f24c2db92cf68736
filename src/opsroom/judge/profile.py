"""Whose standards a repository is held to."""

from opsroom.judge.hosted import told
from opsroom.model.check import Check
from opsroom.model.limits import Limits, Profile
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Refs, Snapshot


def profile(snapshot: Snapshot, limits: Limits) -> Profile:
    """Return the profile that settings force, else what host and clones tell.

    Public where the host says so, unless one person alone commits; personal where it is private;
    team where several people commit. Until a host tells who may see it, nothing is held to public
    standards. A repository whose authors can't be told is personal: the lenient guess.
    """
    if limits.profile is not None:
        return limits.profile
    authors = max(
        (clone.refs.authors or 0 for clone in snapshot.clones if isinstance(clone.refs, Refs)),
        default=0,
    )
    remote = told(snapshot)
    visibility = remote.visibility if remote else None
    if visibility == "private" or authors == 1:
        return Profile.PERSONAL
    if visibility == "public":
        return Profile.PUBLIC
    return Profile.TEAM if authors > 1 or visibility == "internal" else Profile.PERSONAL


def severity(check: Check, held_to: Profile) -> Severity:
    """Return what a rule counts in a profile."""
    match held_to:
        case Profile.PERSONAL:
            return check.personal or check.severity
        case Profile.PUBLIC:
            return check.public or check.severity
        case Profile.TEAM:
            return check.severity
