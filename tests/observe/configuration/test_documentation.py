"""The page of scanners tells every scanner, and every rule that is our own."""

from opsroom.discover import discover
from opsroom.observe.configuration import compose, dockerfile, kubernetes, terraform_rules
from opsroom.observe.configuration.documentation import scanners_page
from opsroom.observe.scanners import Scanner


def test_every_scanner_and_rule_is_told() -> None:
    scanners = dict(discover("opsroom.observe.scanners", Scanner))
    page = scanners_page(scanners)
    assert all(f"| `{name}` | {scanner.what}" in page for name, scanner in scanners.items())
    for rules in (dockerfile.RULES, compose.RULES, kubernetes.RULES, terraform_rules.RULES):
        for rule in rules:
            assert f"### {rule.id}\n\n{rule.what}" in page
            assert rule.why in page
            assert rule.fix in page
    assert page.count("`semgrep/") > 5
