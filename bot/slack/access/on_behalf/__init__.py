"""On behalf of somebody else in Slack: whom a request is for, and what they answer."""
