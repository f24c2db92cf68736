"""Databases of advisories, and what is known of exploits: asked online, or read from a folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the public services answer. Snyk's is in the settings: each region has its own."""

    osv: str = "https://api.osv.dev"
    github: str = "https://api.github.com"
    kev: str = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
    epss: str = "https://api.first.org"
    epss_list: str = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"


PUBLIC = Addresses()
