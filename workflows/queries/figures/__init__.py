"""Figures of a month: what access, releases and incidents cost and brought. Counted from what is stored, never stored."""
