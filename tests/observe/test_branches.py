from tests.observe.workshop import Workshop, facts, forget_environment, refs


def test_the_users_short_forms_of_urls_are_written_out(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "remote", "add", "origin", "gh:acme/api")
    workshop.run(folder, "remote", "set-url", "--push", "origin", "gh:me/api")
    for key, value in (
        ("url.https://example.org/.insteadOf", "g"),
        ("url.https://ann:hunter2@github.com/.insteadOf", "gh:"),
    ):
        workshop.run(folder, "config", "--global", key, value)
    forget_environment()
    assert workshop.run(folder, "ls-remote", "--get-url", "origin").strip().endswith("/acme/api")
    (remote,) = refs(folder).remotes
    assert remote.url == "https://github.com/acme/api"
    assert remote.push_url == "https://github.com/me/api"
    assert "hunter2" not in facts(folder).model_dump_json()


def test_short_forms_of_the_repository_itself_are_left_alone(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "remote", "add", "origin", "https://github.com/acme/api")
    workshop.run(folder, "config", "url./srv/git/.insteadOf", "https://github.com/")
    assert refs(folder).remotes[0].url == "https://github.com/acme/api"


def test_where_an_upstream_was_when_it_was_fetched(workshop: Workshop) -> None:
    origin = workshop.repository("origin")

    clone = workshop.clone(origin, "clone")
    fetched = workshop.run(clone, "rev-parse", "origin/HEAD").strip()
    workshop.commit(clone, {"ours": "1"})
    workshop.run(clone, "branch", "--no-track", "alone")
    heads = {branch.name: branch.upstream_head for branch in refs(clone).branches}
    assert heads == {"main": fetched, "alone": None}
    workshop.run(clone, "branch", "-D", "alone")
    assert [branch.upstream_head for branch in refs(clone).branches] == [fetched]
