"""Break-glass in Slack: the window in which access is taken, its announcement, and its review."""
