"""The graph across repositories: kept with every look at manifests, asked by tools and page."""
