"""The GitHub client: reads by GraphQL and REST within a budget, writes by one worker, webhooks."""
