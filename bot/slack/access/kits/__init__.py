"""Kits in Slack: one form, one card and one window for several entitlements."""
