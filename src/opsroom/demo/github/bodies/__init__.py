"""How records look in REST answers and in payloads of webhooks: complete, with every address."""
