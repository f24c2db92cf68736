"""Our own rules for semgrep: few, for what is nearly always wrong, in its own format.

Its registry is never asked. A rule says in which language what pattern is meant; `...` stands for
anything, `$X` for any one thing. The messages name nothing out of the code.
"""

from typing import Any

SCRIPT = ("javascript", "typescript")


def _rule(
    name: str,
    languages: tuple[str, ...],
    severity: str,
    message: str,
    *patterns: str,
    but: str = "",
) -> dict[str, Any]:
    either: dict[str, Any] = {"pattern-either": [{"pattern": pattern} for pattern in patterns]}
    rule = {"id": name, "languages": list(languages), "severity": severity, "message": message}
    return {**rule, "patterns": [either, {"pattern-not": but}]} if but else {**rule, **either}


RULES: tuple[dict[str, Any], ...] = (
    _rule(
        "script-eval",
        SCRIPT,
        "WARNING",
        "Text that is computed is run as a program",
        "eval($X)",
        "new Function(..., $X)",
        but='eval("...")',
    ),
    _rule(
        "script-shell-command",
        SCRIPT,
        "ERROR",
        "A shell command is put together from parts",
        *(
            f"{call}({command}, ...)"
            for call in (
                *("child_process.exec", "child_process.execSync", "childProcess.exec"),
                *("childProcess.execSync", "exec", "execSync"),
            )
            for command in ("$A + $B", "`...${$X}...`")
        ),
    ),
    _rule(
        "script-certificates-ignored",
        SCRIPT,
        "ERROR",
        "Certificates are not verified",
        "{..., rejectUnauthorized: false, ...}",
        "process.env.NODE_TLS_REJECT_UNAUTHORIZED = $X",
    ),
    _rule(
        "script-unverified-token",
        SCRIPT,
        "ERROR",
        "Tokens without a signature are accepted",
        'jwt.verify($T, $K, {..., algorithms: [..., "none", ...], ...})',
    ),
    _rule(
        "go-certificates-ignored",
        ("go",),
        "ERROR",
        "Certificates are not verified",
        "tls.Config{..., InsecureSkipVerify: true, ...}",
    ),
    _rule(
        "go-shell-command",
        ("go",),
        "WARNING",
        "A shell command is put together from parts",
        'exec.Command("sh", "-c", $A + $B)',
        'exec.Command("bash", "-c", $A + $B)',
        'exec.Command("sh", "-c", fmt.Sprintf(...))',
        'exec.Command("bash", "-c", fmt.Sprintf(...))',
    ),
    _rule(
        "php-eval",
        ("php",),
        "ERROR",
        "Text that is computed is run as a program",
        "eval($X);",
        "assert($_GET[...]);",
        "unserialize($_GET[...]);",
        "unserialize($_POST[...]);",
        "unserialize($_COOKIE[...]);",
    ),
    _rule(
        "php-shell-command",
        ("php",),
        "ERROR",
        "A request decides what the shell runs",
        "system(<... $_GET[...] ...>);",
        "exec(<... $_GET[...] ...>, ...);",
        "shell_exec(<... $_GET[...] ...>);",
        "system(<... $_POST[...] ...>);",
        "shell_exec(<... $_POST[...] ...>);",
    ),
    _rule(
        "ruby-eval",
        ("ruby",),
        "ERROR",
        "A request decides what is run or made",
        "eval(params[...])",
        "Marshal.load(params[...])",
        "$X.constantize(params[...])",
        "system(params[...])",
    ),
    _rule(
        "java-shell-command",
        ("java",),
        "WARNING",
        "A command is put together from parts",
        "Runtime.getRuntime().exec($A + $B)",
    ),
)
"""In the words of semgrep's documentation of rules."""
