"""Documents that other tools write, read as hostile text: SARIF, CycloneDX, OpenVEX."""
