"""A change to a policy bundle that somebody can commit: what access reviews removed, as a diff of its files."""
