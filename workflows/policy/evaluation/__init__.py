"""What a policy bundle says to one request: terms, approvers, quorum, explanation."""
