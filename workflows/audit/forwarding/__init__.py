"""The log's events, carried to systems of others: in the order of the log, at least once, from where each stopped."""
