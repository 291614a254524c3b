"""Exceptions of releases: asked for with a reason, granted by one more approver, reviewed afterwards."""
