"""What breaks a build: a change of one file, and what the tools then print.

Whether a commit is broken is read in its files, so that whoever mends the file mends the build.
"""

from dataclasses import dataclass

from opsroom.demo.catalogue import LIBRARIES, Kind, Plot


@dataclass(frozen=True, slots=True)
class Break:
    """One way to break the files of a kind. `said` is what the step then prints.

    In `path` and `said` `{name}`, `{module}` and `{package}` stand for the repository's own.
    """

    path: str
    good: str
    bad: str
    message: str
    """What the commit that does it says."""
    mended: str
    said: str

    def file(self, plot: Plot) -> str:
        """The path in a repository."""
        return filled(self.path, plot)


BREAKS: dict[Kind, Break] = {
    Kind.PYTHON: Break(
        "tests/test_{module}.py",
        "count('.') == 2",
        "count('.') == 3",
        "Expect the build number in the version",
        "The version has three parts",
        """============================= test session starts ==============================
platform linux -- Python 3.12.4, pytest-8.2.2, pluggy-1.5.0
rootdir: /home/runner/work/{name}/{name}
configfile: pyproject.toml
collected 1 item

tests/test_{module}.py F                                                 [100%]

=================================== FAILURES ===================================
_________________________________ test_version _________________________________

    def test_version() -> None:
>       assert __version__.count('.') == 3
E       AssertionError: assert 2 == 3
E        +  where 2 = <built-in method count of str object at 0x7f3c5a1e9b70>('.')

tests/test_{module}.py:5: AssertionError
=========================== short test summary info ============================
FAILED tests/test_{module}.py::test_version - AssertionError: assert 2 == 3
============================== 1 failed in 0.42s ===============================
##[error]Process completed with exit code 1.""",
    ),
    Kind.NODE: Break(
        "test/index.test.js",
        "assert.ok(about)",
        "assert.ok(!about)",
        "Nothing to say by default",
        "It does say what it is about",
        """
> {name}@2.0.0 test
> node --test

TAP version 13
not ok 1 - it says what it is about
  ---
  duration_ms: 1.482
  location: '/home/runner/work/{name}/{name}/test/index.test.js:5:1'
  failureType: 'testCodeFailure'
  error: 'The expression evaluated to a falsy value: assert.ok(!about)'
  code: 'ERR_ASSERTION'
  ...
1..1
# tests 1
# pass 0
# fail 1
npm ERR! Test failed.  See above for more details.
##[error]Process completed with exit code 1.""",
    ),
    Kind.GO: Break(
        "{package}_test.go",
        'version == ""',
        'version != ""',
        "Leave the version to the linker",
        "A build without a version is no build",
        """--- FAIL: TestVersion (0.00s)
    {package}_test.go:7: no version
FAIL
FAIL\tgit.home.arpa/kim/{name}\t0.004s
FAIL
##[error]Process completed with exit code 1.""",
    ),
    Kind.RUST: Break(
        "src/main.rs",
        "println!",
        "printn!",
        "Print less",
        "Print again",
        """   Compiling {name} v0.1.0 (/home/runner/work/{name}/{name})
error: cannot find macro `printn` in this scope
 --> src/main.rs:2:5
  |
2 |     printn!("{name}");
  |     ^^^^^^ help: a macro with a similar name exists: `println`

error: could not compile `{name}` (bin "{name}") due to 1 previous error
##[error]Process completed with exit code 101.""",
    ),
    Kind.COMPOSE: Break(
        "compose.yaml",
        "restart: unless-stopped",
        "restrat: unless-stopped",
        "Restart what falls over",
        "Spell restart as Compose does",
        "validating /home/runner/work/{name}/{name}/compose.yaml: services.web "
        "additional properties 'restrat' not allowed\n"
        "##[error]Process completed with exit code 15.",
    ),
    Kind.HELM: Break(
        "charts/{name}/templates/deployment.yaml",
        "{{ .Values.replicas }}",
        "{{ .Values.replicas | int }",
        "Replicas are a number",
        "Close the braces",
        """==> Linting charts/{name}
[ERROR] templates/: parse error at ({name}/templates/deployment.yaml:6): unexpected "}" in operand

Error: 1 chart(s) linted, 1 chart(s) failed
##[error]Process completed with exit code 1.""",
    ),
    Kind.TERRAFORM: Break(
        "outputs.tf",
        "value = var.zone",
        "value = var.zoen",
        "Say which zone it was",
        "Name the variable as it is declared",
        """\u2577
\u2502 Error: Reference to undeclared input variable
\u2502
\u2502   on outputs.tf line 2, in output "zone":
\u2502    2:   value = var.zoen
\u2502
\u2502 An input variable with the name "zoen" has not been declared. Did you mean "zone"?
\u2575
##[error]Terraform exited with code 1.
##[error]Process completed with exit code 1.""",
    ),
    Kind.IMAGES: Break(
        "python/Dockerfile",
        "ca-certificates tzdata",
        "ca-certificates tzdatas",
        "Add the time zones",
        "The package is called tzdata",
        """#7 [2/2] RUN apt-get update && apt-get install --yes --no-install-recommends tzdatas
#7 2.914 Reading package lists...
#7 3.402 E: Unable to locate package tzdatas
#7 ERROR: process "/bin/sh -c apt-get update" did not complete successfully: exit code: 100
ERROR: failed to solve: process "/bin/sh -c apt-get update" did not complete: exit code: 100
##[error]Process completed with exit code 1.""",
    ),
}
ROLE = Break(
    "tasks/main.yml",
    "  ansible.builtin.pip:",
    "  pip:",
    "Shorter names of modules",
    "Full names of modules",
    """WARNING  Listing 1 violation(s) that are fatal
fqcn[action-core]: Use FQCN for builtin module actions (pip).
tasks/main.yml:2 Use `ansible.builtin.pip` or `ansible.legacy.pip` instead.

Failed: 1 failure(s), 0 warning(s) on 4 files.
##[error]Process completed with exit code 2.""",
)
PLAYBOOK = Break(
    "roles/base/tasks/main.yml",
    "  ansible.builtin.package:",
    "  package:",
    "Shorter names of modules",
    "Full names of modules",
    ROLE.said.replace("(pip)", "(package)").replace(".pip`", ".package`"),
)


def break_of(plot: Plot) -> Break | None:
    """How a repository breaks; None where nothing is built that could."""
    if plot.kind is Kind.ANSIBLE:
        return ROLE if "role" in plot.name else PLAYBOOK
    return BREAKS.get(plot.kind)


def filled(text: str, plot: Plot) -> str:
    """Put a repository's own names into a text."""
    package = plot.name.partition("-")[0] if plot.slug in LIBRARIES else "main"
    return (
        text.replace("{name}", plot.name)
        .replace("{module}", plot.name.replace("-", "_"))
        .replace("{package}", package)
    )
