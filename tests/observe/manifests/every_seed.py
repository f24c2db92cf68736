"""Every seed that is read in the same ways, and which format reads it."""

from tests.observe.manifests import build_seeds, infrastructure_seeds, language_seeds

SEEDS = (
    language_seeds.SEEDS
    | infrastructure_seeds.SEEDS
    | infrastructure_seeds.MORE
    | build_seeds.SEEDS
)
FORMS = {
    **dict.fromkeys(infrastructure_seeds.MORE, "kubernetes"),
    "gitlab-pipeline": "build-scripts",
    **dict.fromkeys(("actions-that-build", "actions-that-push"), "github-actions"),
}


def form(name: str) -> str:
    """The format that reads a seed."""
    return FORMS.get(name, name)
