"""What an operator calls things in Vault, unless Daypass is told otherwise (examples/vault)."""

TOKEN_ROLE = "daypass"
LOG_KEY = "daypass-log"
TRANSIT = "transit"
