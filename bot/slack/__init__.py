"""Slack: what arrives from it, and what it shows."""
