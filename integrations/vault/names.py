"""What an operator calls things in Vault, unless Daypass is told otherwise (examples/vault)."""

TOKEN_ROLE = "daypass"
HIGH_TOKEN_ROLE = "daypass-high"
"""Makes the tokens of grants of high and critical risk, reached by Daypass's second login alone."""
LOG_KEY = "daypass-log"
RELEASE_KEY = "daypass-releases"
"""Signs attestations of releases, if Daypass is told to."""
TRANSIT = "transit"
