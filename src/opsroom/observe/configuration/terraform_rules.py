"""What our own checks of Terraform say, and why."""

from opsroom.model.severity import Severity
from opsroom.observe.configuration import Rule

OPEN = Rule(
    "terraform/open-to-world",
    Severity.HIGH,
    "A port for administrators or a database is open to the whole world",
    "Every such port is found and tried within minutes.",
    "Name the networks that need it, or go through a VPN or the provider's own tunnel.",
)
BUCKET = Rule(
    "terraform/public-bucket",
    Severity.HIGH,
    "A bucket is open to everybody",
    "What is in it, now or later, can be read by the whole world, or be changed by it.",
    "Make it private; publish through a content network or signed addresses.",
)
DATABASE = Rule(
    "terraform/public-database",
    Severity.HIGH,
    "A database has a public address",
    "Only its password and one rule of a firewall stand before the data.",
    "Write `publicly_accessible = false` and reach it from within the network.",
)
RIGHTS = Rule(
    "terraform/wildcard-rights",
    Severity.HIGH,
    "A policy allows everything on everything",
    "Whatever it is given to is the account's administrator.",
    "Name the actions and resources that are needed.",
)
CREDENTIALS = Rule(
    "terraform/hard-coded-credentials",
    Severity.HIGH,
    "A provider's credentials stand in the file",
    "Everybody who can read the repository, now or in its history, can use them.",
    "Take them from the environment or the provider's own login; then change them.",
)
SECRET = Rule(
    "terraform/hard-coded-secret",
    Severity.MEDIUM,
    "A password stands in the file",
    "Everybody who can read the repository, now or in its history, can use it.",
    "Let the provider make it, or read it from a secret store; then change it.",
)
CLEAR = Rule(
    "terraform/unencrypted-storage",
    Severity.LOW,
    "Storage is not encrypted",
    "Who gets hold of a disk, a snapshot or a backup can read it.",
    "Switch encryption on; it costs nothing with the provider's own key.",
)
TRANSPORT = Rule(
    "terraform/unencrypted-transport",
    Severity.MEDIUM,
    "Connections without current encryption are accepted",
    "What goes over them can be read and changed on the way.",
    "Ask for TLS 1.2 or newer, and refuse plain connections.",
)
METADATA = Rule(
    "terraform/open-metadata",
    Severity.LOW,
    "The instance's metadata answer without a session",
    "A flaw that makes the server fetch an address gives away the instance's credentials.",
    'Write `http_tokens = "required"`.',
)
MODULE = Rule(
    "terraform/unpinned-module",
    Severity.LOW,
    "A module comes from whatever its branch holds today",
    "Who may push there decides what is applied here.",
    "Add `?ref=` with a tag, better a commit.",
)
STATE = Rule(
    "terraform/committed-state",
    Severity.HIGH,
    "A state file is committed",
    "It holds every secret that Terraform knows, in the clear.",
    "Move the state to a backend, delete the file, and change what it held.",
)
RULES = (
    *(OPEN, BUCKET, DATABASE, RIGHTS, CREDENTIALS, SECRET, CLEAR, TRANSPORT, METADATA, MODULE),
    STATE,
)
