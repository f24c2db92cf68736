"""Kinds: which language or format a file is of, by its path. Coverage is said in these words."""

from posixpath import basename, splitext

LANGUAGES: dict[str, str] = {
    ".py": "python",
    ".pyi": "python",
    ".js": "javascript",
    ".cjs": "javascript",
    ".mjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".vue": "javascript",
    ".svelte": "javascript",
    ".go": "go",
    ".rs": "rust",
    ".java": "java",
    ".kt": "kotlin",
    ".kts": "kotlin",
    ".rb": "ruby",
    ".php": "php",
    ".cs": "csharp",
    ".c": "c",
    ".h": "c",
    ".cc": "c++",
    ".cpp": "c++",
    ".hpp": "c++",
    ".swift": "swift",
    ".scala": "scala",
    ".sh": "shell",
    ".bash": "shell",
    ".tf": "terraform",
    ".tfvars": "terraform",
    ".tfstate": "terraform",
}
"""By the ending of the name."""

CODE = frozenset(
    {
        *("python", "javascript", "typescript", "go", "rust", "java", "kotlin", "ruby", "php"),
        *("csharp", "c", "c++", "swift", "scala", "shell"),
    }
)
"""The kinds that are programs."""

CONFIGURATION = frozenset(
    {
        *("actions", "dependabot", "dockerfile", "compose", "kubernetes", "helm", "terraform"),
        "ansible",
    }
)
"""The kinds that say how something is built or run."""

SECRETS = "text"
"""Every file: what may hold a secret."""


def kind_of(path: str) -> str | None:
    """The kind of a file, as far as its path tells; None: none that scanners have a word for.

    What only content tells (a `*.yaml` that is a Kubernetes object) is said by who reads it.
    """
    name = basename(path).lower()
    parts = path.lower().split("/")
    if name == "dockerfile" or name.startswith(("dockerfile.", "containerfile")):
        return "dockerfile"
    if name.endswith((".dockerfile", ".containerfile")):
        return "dockerfile"
    if name.endswith((".yml", ".yaml")):
        if parts[:2] == [".github", "workflows"] and len(parts) == 3:
            return "actions"
        if parts[:-1] == [".github"] and name.startswith("dependabot."):
            return "dependabot"
        if name in {"action.yml", "action.yaml"}:
            return "actions"
        if name.startswith(("compose.", "docker-compose.", "docker-compose-", "compose-")):
            return "compose"
        if name in {"chart.yaml", "chart.yml"}:
            return "helm"
    return LANGUAGES.get(splitext(name)[1])
