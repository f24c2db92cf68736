"""Logs of failed steps as runners keep them: each failure seen in two repositories.

`FAILURES` maps what an error line says to the two logs; `{...}` never occurs in them, so that each
is written down as it was printed. Lines have no timestamps: `stamped` adds some.
"""

# ruff: noqa: E501 - logs stay as they were printed
from datetime import UTC, datetime, timedelta

ENDED = "##[error]Process completed with exit code 1."


def stamped(log: str, *, at: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)) -> str:
    """Put a time with seven digits of a second before each line, as GitHub does."""
    lines = log.split("\n")
    times = (at + timedelta(milliseconds=137 * number) for number in range(len(lines)))
    return "\n".join(
        f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond:06d}7Z {line}"
        for time, line in zip(times, lines, strict=True)
    )


FAILURES: dict[str, tuple[str, str]] = {
    "ModuleNotFoundError: No module named 'yaml'": (
        """##[group]Run pytest -q
pytest -q
##[endgroup]
==================================== ERRORS ====================================
______________________ ERROR collecting tests/test_load.py _____________________
ImportError while importing test module '/home/runner/work/api/api/tests/test_load.py'.
Traceback:
/opt/hostedtoolcache/Python/3.12.4/x64/lib/python3.12/importlib/__init__.py:90: in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
tests/test_load.py:3: in <module>
    import yaml
E   ModuleNotFoundError: No module named 'yaml'
=========================== short test summary info ============================
ERROR tests/test_load.py
1 error in 0.31s
##[error]Process completed with exit code 2.""",
        """##[group]Run make test
##[endgroup]
python -m pytest
E   ModuleNotFoundError: No module named 'yaml'
=========================== short test summary info ============================
ERROR tests/unit/test_config.py
!!!!!!!!!!!!!!!!!!!! Interrupted: 1 error during collection !!!!!!!!!!!!!!!!!!!!
make: *** [Makefile:12: test] Error 2
##[error]Process completed with exit code 2.""",
    ),
    " == 200: in test_login": (
        """    def test_login(client):
>       assert client.get("/login").status_code == 200
E       AssertionError: assert 401 == 200
E        +  where 401 = <Response [401 UNAUTHORIZED] at 0x7f3c5a1e9b70>.status_code

tests/test_web.py:41: AssertionError
=========================== short test summary info ============================
FAILED tests/test_web.py::test_login - AssertionError: assert 401 == 200
========================= 1 failed, 93 passed in 4.12s =========================
##[error]Process completed with exit code 1.""",
        """E       AssertionError: assert 403 == 200
FAILED tests/web/test_auth.py::test_login - AssertionError: assert 403 == 200
==================== 1 failed, 12 passed, 1 warning in 0.98s ====================
##[error]Process completed with exit code 1.""",
    ),
    "3: in test_version": (
        """E       AssertionError: assert 2 == 3
FAILED tests/test_api.py::test_version - AssertionError: assert 2 == 3
##[error]Process completed with exit code 1.""",
        """E       AssertionError: assert 12 == 13
FAILED test_all.py::test_version - AssertionError: assert 12 == 13
##[error]Process completed with exit code 1.""",
    ),
    "KeyError: 'DATABASE_URL'": (
        """Traceback (most recent call last):
  File "/home/runner/work/api/api/manage.py", line 22, in <module>
    main()
  File "/home/runner/work/api/api/settings.py", line 9, in main
    url = os.environ["DATABASE_URL"]
KeyError: 'DATABASE_URL'
##[error]Process completed with exit code 1.""",
        """Traceback (most recent call last):
  File "/app/worker/__main__.py", line 130, in <module>
KeyError: 'DATABASE_URL'
##[error]Process completed with exit code 1.""",
    ),
    "ERESOLVE unable to resolve dependency tree": (
        """npm ERR! code ERESOLVE
npm ERR! ERESOLVE unable to resolve dependency tree
npm ERR!
npm ERR! While resolving: dashboard@2.1.0
npm ERR! Found: react@18.2.0
npm ERR! A complete log of this run can be found in: /home/runner/.npm/_logs/debug-0.log
##[error]Process completed with exit code 1.""",
        """npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error
npm error While resolving: shop@0.0.1
##[error]Process completed with exit code 1.""",
    ),
    "404 Not Found - GET https://registry.example.org/left-padd": (
        """npm error code E404
npm error 404 Not Found - GET https://registry.example.org/left-padd - Not found
npm error 404
npm error 404  'left-padd@^1.3.0' is not in this registry.
##[error]Process completed with exit code 1.""",
        """npm ERR! code E404
npm ERR! 404 Not Found - GET https://registry.example.org/left-padd - Not found
npm ERR! 404  'left-padd@2' is not in this registry.
##[error]Process completed with exit code 1.""",
    ),
    "404 Not Found - GET https://registry.example.org/is-evenn": (
        """npm ERR! code E404
npm ERR! 404 Not Found - GET https://registry.example.org/is-evenn - Not found
##[error]Process completed with exit code 1.""",
        """npm error code E404
npm error 404 Not Found - GET https://registry.example.org/is-evenn - Not found
##[error]Process completed with exit code 1.""",
    ),
    "error TS2339: Property 'title' does not exist on type 'Page'.": (
        """> api@1.0.0 build
> tsc -p .

src/pages/home.ts(12,7): error TS2339: Property 'title' does not exist on type 'Page'.
npm ERR! Lifecycle script `build` failed with error:
npm ERR! Error: command failed
##[error]Process completed with exit code 2.""",
        """web/app.ts(112,31): error TS2339: Property 'title' does not exist on type 'Page'.
##[error]Process completed with exit code 2.""",
    ),
    "● Cart › adds an item: expect(received).toBe(expected)": (
        """PASS src/list.test.js
FAIL src/cart.test.js
  ● Cart › adds an item

    expect(received).toBe(expected) // Object.is equality

    Expected: 2
    Received: 1
Tests:       1 failed, 31 passed, 32 total
Time:        3.187 s
##[error]Process completed with exit code 1.""",
        """FAIL packages/shop/cart.spec.ts (5.021 s)
  ● Cart › adds an item

    expect(received).toBe(expected) // Object.is equality
##[error]Process completed with exit code 1.""",
    ),
    "undefined: config.Load": (
        """# git.example.org/acme/api/cmd
cmd/main.go:14:9: undefined: config.Load
##[error]Process completed with exit code 1.""",
        """# github.com/acme/worker
./main.go:140:12: undefined: config.Load
note: module requires Go 1.23
##[error]Process completed with exit code 2.""",
    ),
    "--- FAIL: TestParse": (
        """=== RUN   TestParse
--- FAIL: TestParse (0.00s)
    parse_test.go:18: no version
FAIL
FAIL	github.com/acme/api	0.004s
##[error]Process completed with exit code 1.""",
        """ok  	git.home.arpa/kim/a	(cached)
--- FAIL: TestParse (1.37s)
    internal_test.go:9: no version
FAIL
##[error]Process completed with exit code 1.""",
    ),
    "panic: runtime error: index out of range": (
        """panic: runtime error: index out of range [5] with length 3

goroutine 19 [running]:
main.main()
	/home/runner/work/api/api/main.go:12 +0x1d
exit status 2
##[error]Process completed with exit code 1.""",
        """panic: runtime error: index out of range [12] with length 9
goroutine 1 [running]:
##[error]Process completed with exit code 1.""",
    ),
    "error[E0425]: cannot find value `cfg` in this scope": (
        """   Compiling api v0.1.0 (/home/runner/work/api/api)
error[E0425]: cannot find value `cfg` in this scope
 --> src/main.rs:4:20
error: aborting due to 1 previous error
error: could not compile `api` (bin "api") due to 1 previous error
##[error]Process completed with exit code 101.""",
        """error[E0425]: cannot find value `cfg` in this scope
  --> crates/core/src/lib.rs:140:3
error: could not compile `core` (lib) due to 3 previous errors; 1 warning emitted
##[error]Process completed with exit code 101.""",
    ),
    "panicked at": (
        """running 3 tests
test tests::adds ... FAILED

---- tests::adds stdout ----

thread 'tests::adds' panicked at src/lib.rs:21:9:
assertion `left == right` failed
  left: 4
 right: 5
test result: FAILED. 2 passed; 1 failed; 0 ignored; finished in 0.03s
error: test failed, to rerun pass `--lib`
##[error]Process completed with exit code 101.""",
        """thread 'tests::adds' (48213) panicked at crates/math/src/lib.rs:7:13:
assertion `left == right` failed
error: test failed, to rerun pass `-p math --lib`
##[error]Process completed with exit code 101.""",
    ),
    'Error: Unsupported argument: An argument named "sise" is not expected here.': (
        """Initializing the backend...
\u2577
\u2502 Error: Unsupported argument
\u2502
\u2502   on main.tf line 12, in resource "aws_instance" "web":
\u2502   12:   sise = "t3.micro"
\u2502
\u2502 An argument named "sise" is not expected here. Did you mean "size"?
\u2575
##[error]Terraform exited with code 1.
##[error]Process completed with exit code 1.""",
        """\x1b[31m\u2577\x1b[0m\x1b[0m
\x1b[31m\u2502\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m\x1b[1mUnsupported argument\x1b[0m
\x1b[31m\u2502\x1b[0m \x1b[0m
\x1b[31m\u2502\x1b[0m \x1b[0m\x1b[0m  on modules/vm/vm.tf line 3, in resource "aws_instance" "db":
\x1b[31m\u2502\x1b[0m \x1b[0m   3:   \x1b[4msise\x1b[0m = 1\x1b[0m
\x1b[31m\u2502\x1b[0m \x1b[0m
\x1b[31m\u2502\x1b[0m \x1b[0mAn argument named "sise" is not expected here. Did you mean "size"?
##[error]Process completed with exit code 1.""",
    ),
    "Error: Unsupported argument: An argument named": (
        """\u2502 Error: Unsupported argument
\u2502
\u2502   on main.tf line 12, in resource "aws_instance" "web":
\u2502 An argument named "naem" is not expected here. Did you mean "name"?
##[error]Process completed with exit code 1.""",
        """\u2502 Error: Unsupported argument
\u2502
\u2502 An argument named "naem" is not expected here. Did you mean "name"?
##[error]Process completed with exit code 1.""",
    ),
    "E: Unable to locate package tzdatas": (
        """#7 [2/5] RUN apt-get update && apt-get install -y tzdatas
#7 3.402 E: Unable to locate package tzdatas
#7 ERROR: process "/bin/sh -c apt-get update" did not complete: exit code: 100
------
ERROR: failed to solve: process "/bin/sh -c apt-get update" did not complete: exit code: 100
##[error]buildx failed with: ERROR: failed to solve: process "/bin/sh -c apt-get update"
""",
        """#12 41.07 E: Unable to locate package tzdatas
ERROR: failed to solve: process "/bin/sh -c apt update" did not complete: exit code: 100
##[error]Process completed with exit code 1.""",
    ),
    "pull access denied": (
        """ERROR: failed to solve: acme/base:1.2.3: pull access denied, it does not exist or needs a login
##[error]Process completed with exit code 1.""",
        """#3 [internal] load metadata
ERROR: failed to solve: home/python:4: pull access denied, it does not exist or needs a login
##[error]Process completed with exit code 1.""",
    ),
    "Could not resolve host: github.com": (
        """fatal: unable to access 'https://github.com/acme/api/': Could not resolve host: github.com
##[error]The process '/usr/bin/git' failed with exit code 128""",
        """fatal: unable to access 'https://github.com/acme/worker/': Could not resolve host: github.com
##[error]The process '/usr/bin/git' failed with exit code 128""",
    ),
    "Unable to find version": (
        """##[group]Run actions/setup-python@v5
##[endgroup]
##[error]Unable to find version 3.14.9 of python for ubuntu-24.04 x64""",
        """##[error]Unable to find version 3.15 of python for ubuntu-22.04 x64""",
    ),
    "has exceeded the maximum execution time": (
        """Waiting for a lock on the state (held by runner-7f3a since 02:14) ...
##[error]The job running on runner fv-az1017-442 has exceeded the maximum execution time of 360 minutes.""",
        """##[error]The job running on runner fv-az88-1 has exceeded the maximum execution time of 90 minutes.""",
    ),
    "fatal: [nas]: FAILED!": (
        """TASK [base : Install packages] *************************************************
fatal: [nas]: FAILED! => (14 lines)
PLAY RECAP *********************************************************************
##[error]Process completed with exit code 2.""",
        """fatal: [nas]: FAILED! => (3 lines)
##[error]Process completed with exit code 2.""",
    ),
    "additional properties 'restrat' not allowed": (
        """validating /home/runner/work/media/media/compose.yaml: services.web additional properties 'restrat' not allowed
##[error]Process completed with exit code 15.""",
        """validating /work/dns/docker-compose.yml: services.web additional properties 'restrat' not allowed
##[error]Process completed with exit code 15.""",
    ),
    "protoc: command not found": (
        """/home/runner/work/_temp/4be3a1f0-8a4e-4a0c-9d9e-0f2b7d1c5a11.sh: line 3: protoc: command not found
##[error]Process completed with exit code 127.""",
        """/home/runner/work/_temp/0d3c9f77-1b2c-4e5f-8a9b-c0d1e2f3a4b5.sh: line 1: protoc: command not found
##[error]Process completed with exit code 127.""",
    ),
    "connect ECONNREFUSED": (
        """Error: connect ECONNREFUSED 127.0.0.1:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)
##[error]Process completed with exit code 1.""",
        """Error: connect ECONNREFUSED 10.1.0.7:15432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16)
##[error]Process completed with exit code 1.""",
    ),
}
