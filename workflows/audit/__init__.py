"""The log as a transparency log: ordered, sealed, signed, exported and verified."""
