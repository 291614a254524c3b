"""Checks on live metrics: what was read, what it means, and what happens when a verdict changes."""
