"""Slack through its documented Web API: people, messages, windows."""
