"""Witnesses of the log: others who keep its newest checkpoint, and cosign only what grew out of it."""
