"""One of every kind of secret that the tests and the benchmark plant."""

from tests.observe.secrets.formats import (
    ALNUM,
    HEX,
    URL,
    Seed,
    encoded_password,
    encoded_token,
    google_account,
    jwt,
    pair,
    password,
    pattern,
    prefixed,
    private,
    wireguard,
)


def env(name: str, form: str) -> Seed:
    """A token in a file of environment variables."""
    return Seed(name.lower(), f"env/{name.lower()}.env", pattern(form), f"LOG=info\n{name}=@\n")


def code(kind: str, form: str, name: str = "token") -> Seed:
    """A token in a program."""
    text = f"import os\n\n{name} = '@'\nprint(os.name)\n"
    return Seed(kind, f"src/{kind.replace('-', '_')}.py", pattern(form), text)


def yaml(kind: str, form: str, name: str) -> Seed:
    """A token in a configuration file."""
    return Seed(kind, f"config/{kind}.yaml", pattern(form), f"log: info\n{name}: @\n")


TOKENS = (
    code("github-pat", "gh¦p_{36a}"),
    code("github-fine-grained", "github¦_pat_{22a}_{59a}"),
    env("GITHUB_OAUTH", "gh¦o_{36a}"),
    env("GITHUB_APP", "gh¦s_{36a}"),
    env("GITLAB_TOKEN", "gl¦pat-{20w}"),
    env("GITLAB_TRIGGER", "gl¦ptt-{40h}"),
    env("GITLAB_RUNNER", "gl¦rt-{20w}"),
    env("GITLAB_DEPLOY", "gl¦dt-{20w}"),
    env("NPM_TOKEN", "np¦m_{36a}"),
    code("pypi", "py¦pi-AgEIcHlwaS5vcmc{80w}"),
    env("RUBYGEMS", "ruby¦gems_{48h}"),
    env("CRATES", "ci¦o{32a}"),
    env("DOCKERHUB", "dckr¦_pat_{27w}"),
    env("HF_TOKEN", "h¦f_{34c}"),
    code("anthropic", "sk-¦ant-api03-{93w}AA"),
    code("openai", "sk-¦proj-{74a}T3Blbk¦FJ{74a}"),
    env("GOOGLE_KEY", "AI¦za{35a}"),
    env("GOOGLE_OAUTH_CLIENT", "GOC¦SPX-{28a}"),
    code("slack-bot", "xox¦b-{12d}-{13d}-{24a}"),
    code("slack-user", "xox¦p-{12d}-{12d}-{12d}-{32h}"),
    code("slack-app", "xap¦p-1-A{10u}-{13d}-{64h}"),
    code("slack-webhook", "https://hooks.slack¦.com/services/T{10u}/B{10u}/{24a}", "hook"),
    code("discord-webhook", "https://discord¦.com/api/webhooks/1{18d}/{68w}", "hook"),
    env("TELEGRAM_BOT_TOKEN", "7{9d}:AA¦{33w}"),
    code("stripe-live", "sk_¦live_{24a}"),
    code("stripe-restricted", "rk_¦live_{24a}"),
    code("sendgrid", "S¦G.{22w}.{43w}"),
    env("MAILGUN_API_KEY", "key¦-{32h}"),
    env("MAILCHIMP_API_KEY", "{32h}-us¦12"),
    code("digitalocean", "dop¦_v1_{64h}"),
    code("heroku", "HRKU¦-AA{58w}"),
    code("cloudflare-origin", "v1¦.0-{24h}-{146h}", "origin_key"),
    env("TS_AUTHKEY", "ts¦key-auth-{12a}CNTRL-{32a}"),
    code("vault", "hv¦s.{95w}"),
    code("terraform-cloud", "{14a}.atlas¦v1.{67a}"),
    code("pulumi", "pu¦l-{40h}"),
    code("doppler", "dp¦.pt.{43a}"),
    code("databricks", "da¦pi{32h}"),
    code("planetscale", "pscale¦_tkn_{43a}"),
    code("linear", "lin¦_api_{40a}"),
    code("figma", "fig¦d_{40w}"),
    code("shopify", "shp¦at_{32h}"),
    code("new-relic", "NRA¦K-{27u}"),
    env("DATADOG_API_KEY", "{32h}"),
    code("grafana", "gl¦sa_{32a}_{8h}"),
    code("sentry-user", "sntry¦u_{64h}"),
    code("postman", "PMA¦K-{24h}-{34h}"),
    code("airtable", "pa¦t{14a}.{64h}"),
    code("age", "AGE-¦SECRET-KEY-1{58u}", "identity"),
    code("groq", "gs¦k_{52a}"),
    code("replicate", "r¦8_{37a}"),
    code("supabase", "sb¦p_{40h}"),
    code("perplexity", "pp¦lx-{48a}"),
    code("dynatrace", "dt0¦c01.{24u}.{64u}"),
    code("buildkite", "bk¦ua_{40h}"),
    yaml("azure-storage", "Protocol=https;AccountName=acmestore;Account¦Key={86b}==;", "c"),
    yaml("azure-client", "{3a}8¦Q~{34w}", "client_secret"),
)  # fmt: skip

KEYS = (
    Seed("rsa-key", "keys/id_rsa", private("RSA")),
    Seed("openssh-key", "keys/id_ed25519", private("OPENSSH")),
    Seed("ec-key", "keys/ec.pem", private("EC")),
    Seed("pkcs8-key", "keys/server.key", private("")),
    Seed("wireguard", "vpn/wg0.conf", wireguard, "[Interface]\nPriv¦ateKey = @\nDNS = 1.1.1.1\n"),
    Seed(
        "gcp-service-account",
        "deploy/account.json",
        google_account,
        '{"type": "service_account", "project_id": "acme",\n "private_key": "@",\n'
        ' "client_email": "ci@acme.iam.gserviceaccount.com"}\n',
    ),
)

SHAPES = (
    Seed("postgres-url", "app/db.py", password, "URL = 'postgres://app:@@db.acme.io:5432/app'\n"),
    Seed("mysql-url", "app/db.rb", password, "URL = 'mysql2://app:@@10.0.0.8/app'\n"),
    Seed("redis-url", "env/cache.env", password, "CACHE=redis://:@@cache.acme.io:6379/0\n"),
    Seed("amqp-url", "config/queue.toml", password, 'broker = "amqp://app:@@mq.acme.io//"\n'),
    Seed("mongodb-url", "app/mongo.js", password, "const u = 'mongodb+srv://app:@@c0.ab1.mongodb.net/x'\n"),
    Seed("git-url", ".gitmodules", password, '[submodule "a"]\n\turl = https://ci:@@git.acme.io/a.git\n'),
    Seed("env-password", ".env", password, "DEBUG=1\nDB_PASS¦WORD=@\nPORT=80\n"),
    Seed("compose-password", "compose.yaml", password,
         "services:\n  db:\n    image: postgres\n    environment:\n      - POSTGRES_PASS¦WORD=@\n"),
    Seed("yaml-password", "config/app.yaml", password, "smtp:\n  user: bot\n  pass¦word: @\n"),
    Seed("properties-password", "config/app.properties", password,
         "spring.datasource.pass¦word=@\nspring.port=80\n"),
    Seed("code-password", "src/Login.java", password, 'String dbPass¦word = "@";\n'),
    Seed("tfvars-password", "infra/prod.tfvars", password, 'db_pass¦word = "@"\n'),
    Seed("dockerfile-password", "Dockerfile", password, "FROM alpine\nENV ADMIN_PASS¦WORD=@\n"),
    Seed("ini-password", "config/app.ini", password, "[mail]\npass¦word = @\n"),
    Seed("json-password", "config/app.json", password, '{"user": "bot",\n "pass¦word": "@"}\n'),
    Seed("flag-password", "deploy/run.sh", password, "#!/bin/sh\nbackup --pass¦word=@ --all\n"),
    Seed("xml-password", "config/settings.xml", password,
         "<server>\n  <pass¦word>@</pass¦word>\n</server>\n"),
    Seed("signing-secret", "env/jwt.env", prefixed("", 40, ALNUM), "JWT_SEC¦RET=@\n"),
    Seed("django-secret", "src/settings.py", prefixed("", 50, ALNUM + "!@#%^&*"),
         "SECRET_KEY = '@'\n"),
    Seed("api-key", "src/client.ts", prefixed("", 40, HEX), "export const api¦Key = '@';\n"),
    Seed("jwt", "src/session.js", jwt, "const t = '@';\n"),
    Seed("basic-header", "src/call.sh", pair, "curl -H 'Authorization: Bas¦ic @' https://acme.io\n"),
    Seed("bearer-header", "http/call.http", prefixed("", 48, URL),
         "GET https://acme.io\nAuthorization: Bear¦er @\n"),
    Seed("docker-auth", "home/config.json", pair,
         '{"auths": {"https://index.docker.io/v1/": {\n  "auth": "@"}}}\n'),
    Seed("netrc", "home/.netrc", password, "machine git.acme.io login bot pass¦word @\n"),
    Seed("htpasswd", "nginx/htpasswd", pattern("$apr1${8a}${22a}"), "bot:@\n"),
    Seed("npmrc", "home/.npmrc", pattern("{40a}"), "//npm.acme.io/:_auth¦Token=@\n"),
    Seed("ansible-become", "inventory/hosts.ini", password, "[web]\nw1 ansible_become_pa¦ss=@\n"),
    Seed("ado-connection", "src/Web.config", password,
         '<add c="Server=sql.acme.io;Database=app;User Id=app;Pass¦word=@;" />\n'),
    Seed("kubernetes-data", "k8s/secret.yaml", encoded_password,
         "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ndata:\n  pass¦word: @\n"),
    Seed("kubernetes-string", "k8s/string.yaml", password,
         "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  key: @\n"),
    Seed("kubernetes-folded", "k8s/folded.yaml", encoded_password,
         "apiVersion: v1\nkind: Secret\ndata:\n  app.conf: |-\n    @\nmetadata:\n  name: a\n"),
    Seed("curl-user", "deploy/call.sh", password, "curl -s -u bot:@ https://acme.io/hook\n"),
    Seed("kubernetes-env", "k8s/deployment.yaml", password,
         "kind: Deployment\nspec:\n  env:\n    - name: DB_PASS¦WORD\n      value: @\n"),
    Seed("hidden-in-base64", "config/cloud.yaml", encoded_token, "user_data: @\n"),
    Seed("aws-pair", "home/credentials", pattern("{40b}"),
         "[default]\naws_access_key_id = AKI¦A2QZX7LMRT5VWKJ4H\naws_secret_access_key = @\n"),
)  # fmt: skip

SEEDS = (*TOKENS, *KEYS, *SHAPES)
