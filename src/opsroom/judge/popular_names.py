"""Names of packages that many know, so that a name beside one of them can be told from it.

Names alone, from two lists: for PyPI top-pypi-packages by hugovk, of 2026-04-01 (commit 5501c5c9),
for npm npm-high-impact 1.13.0 by Titus Wormer (MIT). `POPULAR` are the first 200 of each with five
letters and more; `ESTABLISHED` are names one letter beside one of those that stand further down in
the same lists, which go on to rank 15,000 (PyPI) and 17,338 (npm): they are used by many, too.
"""

_POPULAR_NPM = """
@babel/compat-data @babel/generator @babel/helper-compilation-targets
@babel/helper-module-imports @babel/helper-module-transforms @babel/helper-plugin-utils
@babel/helper-string-parser @babel/helper-validator-identifier @babel/helper-validator-option
@babel/helpers @babel/parser @babel/runtime @babel/template @babel/types @esbuild/linux-x64
@jest/types @jridgewell/resolve-uri @jridgewell/trace-mapping @radix-ui/react-primitive
@rolldown/pluginutils @smithy/util-utf8 @types/estree @types/json-schema acorn agent-base
ansi-regex ansi-styles argparse balanced-match brace-expansion braces browserslist buffer
call-bind-apply-helpers callsites camelcase caniuse-lite chalk chokidar ci-info cliui
color-convert color-name commander concat-map convert-source-map cookie cross-spawn csstype
debug detect-libc dotenv dunder-proto electron-to-chromium emoji-regex entities
es-define-property es-errors esbuild escalade escape-string-regexp eslint eslint-scope
eslint-visitor-keys espree estraverse estree-walker esutils eventemitter3 execa fast-deep-equal
fast-glob fast-json-stable-stringify fast-levenshtein fastq file-entry-cache fill-range find-up
flat-cache flatted form-data fs-extra function-bind get-intrinsic get-proto get-stream
glob-parent globals graceful-fs has-flag has-symbols hasown http-errors http-proxy-agent
https-proxy-agent iconv-lite ignore import-fresh imurmurhash inherits is-core-module is-extglob
is-fullwidth-code-point is-glob is-number is-stream isarray isexe js-tokens js-yaml jsesc
json-buffer json-schema-traverse json5 kind-of lines-and-columns locate-path lodash lru-cache
magic-string make-dir math-intrinsics micromatch mime-db mime-types mimic-fn minimatch minimist
minipass mkdirp nanoid negotiator node-fetch node-releases normalize-path npm-run-path
object-assign object-inspect onetime optionator p-limit p-locate parent-module path-exists
path-key path-parse path-scurry path-to-regexp picocolors picomatch postcss
postcss-selector-parser prelude-ls pretty-format punycode raw-body react-is readable-stream
readdirp resolve resolve-from reusify rimraf safe-buffer safer-buffer semver shebang-command
shebang-regex side-channel-list signal-exit slash source-map source-map-js statuses string-width
string_decoder strip-ansi strip-bom strip-json-comments supports-color
supports-preserve-symlinks-flag tinyglobby to-regex-range tslib type-check type-fest typescript
undici-types universalify update-browserslist-db uri-js util-deprecate webidl-conversions
whatwg-url which wrap-ansi yallist yargs yargs-parser yocto-queue
"""
_POPULAR_PYPI = """
aiobotocore aiohappyeyeballs aiohttp aiosignal alembic annotated-doc annotated-types anyio
asn1crypto async-timeout attrs awscli azure-core azure-identity backoff bcrypt beautifulsoup4
blinker boto3 botocore build cachetools certifi chardet charset-normalizer click colorama
contourpy coverage cryptography cycler decorator defusedxml deprecated distlib distro dnspython
docker docstring-parser docutils editables email-validator et-xmlfile exceptiongroup fastapi
filelock flask fonttools frozenlist fsspec gitdb gitpython google-api-core
google-api-python-client google-auth google-cloud-aiplatform google-cloud-core
google-cloud-storage google-crc32c google-genai google-resumable-media googleapis-common-protos
greenlet grpcio grpcio-status grpcio-tools hatchling httpcore httpx huggingface-hub
importlib-metadata iniconfig isodate itsdangerous jaraco-classes jaraco-context jaraco-functools
jeepney jinja2 jiter jmespath joblib jsonpointer jsonschema jsonschema-specifications keyring
kiwisolver kubernetes langchain markdown-it-py markupsafe matplotlib mdurl more-itertools mpmath
msgpack multidict mypy-extensions networkx numpy oauthlib openai openpyxl opentelemetry-api
opentelemetry-exporter-otlp-proto-common opentelemetry-exporter-otlp-proto-grpc
opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation opentelemetry-proto
opentelemetry-sdk opentelemetry-semantic-conventions orjson packaging pandas paramiko pathspec
pexpect pillow platformdirs pluggy poetry-core prometheus-client prompt-toolkit propcache
proto-plus protobuf psutil psycopg2-binary ptyprocess pyarrow pyasn1 pyasn1-modules pycparser
pydantic pydantic-core pydantic-settings pygments pyjwt pynacl pyopenssl pyparsing
pyproject-hooks pytest pytest-asyncio pytest-cov python-dateutil python-discovery python-dotenv
python-multipart pyyaml rapidfuzz redis referencing regex requests requests-oauthlib
requests-toolbelt rpds-py ruamel-yaml s3transfer scikit-learn scipy secretstorage sentry-sdk
setuptools setuptools-scm shellingham smmap sniffio snowflake-connector-python sortedcontainers
soupsieve sqlalchemy sse-starlette starlette sympy tabulate tenacity textual threadpoolctl tomli
tomlkit trove-classifiers typer types-requests typing-extensions typing-inspection tzdata
tzlocal urllib3 uvicorn virtualenv watchfiles wcwidth websocket-client websockets werkzeug wheel
wrapt zstandard
"""
_ESTABLISHED_NPM = """
ansistyles args brace buffers callsite camel-case clui cookies dargs eventemitter2 findup
flatten global is-blob isstream jslint json json3 jsonp murmurhash object.assign one-time
set-proto tslint tsutils ttypescript urijs
"""
_ESTABLISHED_PYPI = """
attr authlib beautifulsoup boto cattrs cchardet cwcwidth dydantic fastai fbuild git-python
gitdb2 google-oauth gqlalchemy grequests gsutil httpr hyper ipytest isolate jiwer mocker openapi
panda psycopg-binary pyaml pymantic pytest-csv pyyml retworkx scapy scipp scrypt simpy smmap2
tombi toml unicorn vbuild vyper websocket willow xoto3
"""

POPULAR = {
    "npm": frozenset(_POPULAR_NPM.split()),
    "pypi": frozenset(_POPULAR_PYPI.split()),
}

ESTABLISHED = {
    "npm": frozenset(_ESTABLISHED_NPM.split()),
    "pypi": frozenset(_ESTABLISHED_PYPI.split()),
}


def is_well_known(key: str) -> bool:
    """Whether the key of a purl (`pkg:npm/lodash`) is one of these names."""
    kind, _, name = key.removeprefix("pkg:").partition("/")
    return name in POPULAR.get(kind, ()) or name in ESTABLISHED.get(kind, ())
