"""Facts: what is in each repository. Returned, never recorded."""
