"""Reading a bundle from its files: validation, levels merged into one rule each."""
