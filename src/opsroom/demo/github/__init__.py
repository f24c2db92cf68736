"""A double of GitHub: its REST, GraphQL, webhooks and Git over HTTP, on real bare repositories."""
