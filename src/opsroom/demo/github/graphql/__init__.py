"""GraphQL of the double: GitHub's own schema, cut to what is in use, executed over the world."""
