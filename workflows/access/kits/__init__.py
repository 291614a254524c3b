"""Kits: several entitlements of the policy's `kits.yaml` requested at once, shown on one card, decided with one click.

Each entitlement has a request and a grant of its own, under its own rule and in its own story. The first of these
requests says which others there are, so that they are made whatever happens in between; all name the first.
"""
