"""Exceptions of releases in Slack: asked for on the card, reviewed afterwards."""
