"""What protection is changed to keeps everything that wasn't asked to change."""

from opsroom.clients.github.write.protection import Change, changed, settings_of
from opsroom.clients.github.write.wire import Wire

SHOWN = {
    "url": "https://host/api/v3/repos/acme/api/branches/main/protection",
    "required_status_checks": {
        "strict": True,
        "contexts": ["build", "lint"],
        "checks": [{"context": "build", "app_id": 15368}, {"context": "lint", "app_id": None}],
    },
    "enforce_admins": {"url": "...", "enabled": True},
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 2,
        "require_last_push_approval": True,
        "dismissal_restrictions": {
            "users": [{"login": "ada"}],
            "teams": [{"slug": "core"}],
            "apps": [],
        },
        "bypass_pull_request_allowances": {
            "users": [],
            "teams": [],
            "apps": [{"slug": "renovate"}],
        },
    },
    "restrictions": {
        "users": [{"login": "ada"}],
        "teams": [{"slug": "core"}],
        "apps": [{"slug": "deploy"}],
    },
    "required_linear_history": {"enabled": True},
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
    "block_creations": {"enabled": True},
    "required_conversation_resolution": {"enabled": True},
    "lock_branch": {"enabled": False},
    "allow_fork_syncing": {"enabled": True},
}
SENT = {
    "required_status_checks": {
        "strict": True,
        "checks": [{"context": "build", "app_id": 15368}, {"context": "lint", "app_id": -1}],
    },
    "enforce_admins": True,
    "required_pull_request_reviews": {
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 2,
        "require_last_push_approval": True,
        "dismissal_restrictions": {"users": ["ada"], "teams": ["core"], "apps": []},
        "bypass_pull_request_allowances": {"users": [], "teams": [], "apps": ["renovate"]},
    },
    "restrictions": {"users": ["ada"], "teams": ["core"], "apps": ["deploy"]},
    "required_linear_history": True,
    "allow_force_pushes": False,
    "allow_deletions": False,
    "block_creations": True,
    "required_conversation_resolution": True,
    "lock_branch": False,
    "allow_fork_syncing": True,
}


def test_what_is_shown_can_be_sent_back_whole() -> None:
    assert settings_of(Wire(SHOWN)) == SENT


def test_a_check_more_is_the_only_change() -> None:
    wanted = changed(settings_of(Wire(SHOWN)), Change(add_checks=frozenset({"build", "test"})))
    assert wanted == {
        **SENT,
        "required_status_checks": {
            "strict": True,
            "checks": [
                {"context": "build", "app_id": 15368},
                {"context": "lint", "app_id": -1},
                {"context": "test", "app_id": -1},
            ],
        },
    }


def test_other_reviews_keep_who_may_dismiss_and_pass_by() -> None:
    wanted = changed(settings_of(Wire(SHOWN)), Change(reviews=1, enforce_admins=False))
    reviews = SENT["required_pull_request_reviews"]
    assert isinstance(reviews, dict)
    assert wanted == {
        **SENT,
        "enforce_admins": False,
        "required_pull_request_reviews": {**reviews, "required_approving_review_count": 1},
    }


def test_an_unprotected_branch_gets_only_what_was_asked() -> None:
    wanted = changed(None, Change(add_checks=frozenset({"build"}), strict=True))
    assert wanted["required_status_checks"] == {
        "strict": True,
        "checks": [{"context": "build", "app_id": -1}],
    }
    assert wanted["required_pull_request_reviews"] is None
    assert wanted["restrictions"] is None
    assert wanted["enforce_admins"] is False


def test_an_older_host_names_contexts_alone() -> None:
    shown = {"required_status_checks": {"strict": False, "contexts": ["build"]}}
    assert settings_of(Wire(shown))["required_status_checks"] == {
        "strict": False,
        "checks": [{"context": "build", "app_id": -1}],
    }


def test_nothing_is_changed_in_what_was_handed_in() -> None:
    before = settings_of(Wire(SHOWN))
    changed(before, Change(add_checks=frozenset({"test"}), reviews=0))
    assert before == SENT
