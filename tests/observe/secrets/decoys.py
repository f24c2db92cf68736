"""Files in which nothing is secret, and everything looks like it."""

import base64
import json
import uuid

from tests.observe.secrets.formats import ALNUM, BASE64, HEX, Maker, pem


def decoys(m: Maker) -> dict[str, str]:
    """Path and content of each."""
    one, two = m.of(64, HEX), m.of(40, HEX)
    integrity = base64.b64encode(m.chance.randbytes(64)).decode()
    packages = {
        f"node_modules/p{n}": {"version": "1.0.0", "integrity": f"sha512-{integrity}"}
        for n in range(5)
    }
    image = m.of(400, BASE64)
    vault = "\n".join(m.of(80, HEX) for _ in range(6))
    word = "pass¦word"
    return {
        "README.md": "Use `AKI¦AIOSFODNN7EXAMPLE` and\n"
        "`wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`, or `gh¦p_xxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxx`.\n"
        f"    export DB_{word.upper()}=S0mething4You\n    {word}: correct-horse-1\n",
        ".env.example": f"DB_{word.upper()}=changeme\nAPI_KEY=your-api-key-here\nTOKEN=xxx"
        "xxxxxxxxxxxxx\n"
        f"SECRET_KEY=<generate-one-4-you>\nADMIN_{word.upper()}=${{ADMIN_{word.upper()}:-c"
        f"hangeme123}}\n"
        "API_TOKEN=replace_me_1234567890\nURL=postgres:¦//user:pass¦word@localhost/db\n",
        "package-lock.json": json.dumps({"lockfileVersion": 3, "packages": packages}, indent=1),
        "uv.lock": f'[[package]]\nname = "a"\nsdist = {{ url = "u", hash = "sha256:{one}" }}\n',
        "go.sum": f"golang.org/x/crypto v0.1.0 h1:{m.of(43, BASE64)}=\n",
        "checksums.txt": f"{one}  app.tar.gz\n{two}  app.zip\n",
        "deploy.yaml": f"image: acme/app@sha256:{one}\ncommit: {two}\nrequest_id: "
        f"{uuid.UUID(int=m.chance.getrandbits(128))}\n"
        f"api_key_id: {uuid.UUID(int=m.chance.getrandbits(128))}\ntoken_hash: {one}\n",
        "keys/id.pub": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{m.of(43, BASE64)} ann@acme\n",
        "keys/public.pem": pem("PUBLIC", m.lines(6)),
        "keys/cert.pem": f"-----BEGIN CERTIFICATE-----\n{m.lines(14)}\n-----END CERTIFICATE-----\n",
        "docs/keys.md": "-----BEGIN RSA PRIV¦ATE KEY-----\n...\n-----END RSA PRIV¦ATE KEY-----\n",
        "sops.yaml": f"db:\n  {word}: ENC[AES256_GCM,data:{m.of(24, BASE64)},iv:"
        f"{m.of(43, BASE64)}=,tag:{m.of(22, BASE64)}==,type:str]\n"
        f"sops:\n  mac: ENC[AES256_GCM,data:{m.of(88, BASE64)},type:str]\n",
        "sops-secret.yaml": f"apiVersion: v1\nkind: Secret\ndata:\n  {word}: ENC[AES256_GC"
        f"M,data:{m.of(24, BASE64)},type:str]\n"
        "sops:\n  version: 3.8.1\n",
        "vault.yml": f"{word}: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n{vault}\n",
        "sealed.yaml": f"kind: SealedSecret\nspec:\n  encryptedData:\n    {word}: Ag"
        f"{m.of(300, BASE64)}\n",
        "k8s.yaml": f"env:\n  - name: DB_{word.upper()}\n    valueFrom:\n      secretKeyRe"
        f"f:\n        name: db-1\n        key: {word}-1\n",
        "k8s-placeholder.yaml": "apiVersion: v1\nkind: Secret\ndata:\n"
        f"  {word}: {base64.b64encode(b'changeme').decode()}\n  username: "
        f"{base64.b64encode(b'postgres1').decode()}\n"
        f"stringData:\n  {word}: ${{DB_{word.upper()}}}\n",
        "workflow.yml": f"env:\n  TOKEN: ${{{{ secrets.GITHUB_TOKEN }}}}\n  {word}: ${{{{ "
        f"secrets.A1_B2_C3_D4_E5 }}}}\n",
        "main.tf": f"variable \"db_{word}\" {{\n  type = string\n}}\nresource \"a\" \"b\" {{\n"
        f"  {word} = var.db_{word}_2\n  secret_arn = \"arn:aws:secretsmanager:eu-west-1:12"
        f"3456789012:secret:a1\"\n}}\n",
        "compose.yaml": "services:\n  db:\n    environment:\n      POSTGRES_"
        f"{word.upper()}: ${{POSTGRES_{word.upper()}}}\n"
        f"      DB_{word.upper()}_FILE: /run/secrets/db1\n      MYSQL_ROOT_{word.upper()}:"
        f" {word}\n",
        "login.py": f"{word} = get_{word}(user1)\ntoken = os.environ['API_TOKEN_2']\nself."
        f"{word} = config.{word}_2\n"
        f"{word}_field = 'user_{word}_1'\n{word} = hash_{word}('x', rounds=12)\nsecret_nam"
        "e = 'prod/db/main2'\n",
        "login.ts": f"const {word} = form.controls['{word}1'].value;\nconst tokenUrl = 'ht"
        "tps://acme.io/oauth2/token';\n"
        f"label{word} = 'Please-enter-2-{word}s';\n",
        "i18n.json": json.dumps({word: "Passwort eingeben", f"{word}_2": "Mot de passe (8 min)"}),
        "icon.css": f".a {{ background: url(data:image/png;base64,{image}) }}\n",
        "logo.js": f"const image = 'data:image/png;base64,{image}';\n",
        "vectors.json": json.dumps([{"msg": m.of(64, HEX), "digest": one} for _ in range(4)]),
        "openapi.yaml": f"properties:\n  {word}:\n    type: string\n    example: Str0ng-example-1\n"
        "  token:\n    format: jwt2\n",
        "settings.toml": f"{word}_hashers = \"pbkdf2_sha256\"\n{word}_min_length = 12\ntok"
        "en_ttl = \"3600seconds\"\n"
        "auth_url = \"https://acme.io/login2\"\n",
        "example.js": "const jwt = 'ey¦JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.ey"
        "JzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c';\n",
        "min.js": f"!function(e,t){{var {m.of(3, 'abcdef')}=\"{m.of(60)}\";t.exports={{tok"
        f"en:e.token,{word}:e.{word}}}}}();\n",
        "build.gradle": f"storePassword System.getenv('KEY_{word.upper()}_1')\nsigningKey "
        "= findProperty('signingKey2')\n",
        "cache.yml": f"cache_key: v1-deps-{m.of(32, HEX)}\ntokenizer: bert-base-v2-uncased"
        f"\npublic_key: {m.of(43, ALNUM)}=\n",
    }  # fmt: skip
