"""The verbs that tools, page and command line call, over the store."""
