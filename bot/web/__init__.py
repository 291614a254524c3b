"""HTTP: the API, the console, health, and Slack's requests."""
