"""A small witness that an auditor can run: it keeps the newest checkpoint of each log, and cosigns what grew out of it.

It has its own key and its own state, and needs nothing of Daypass: not its settings, its database or its Vault.
"""
