"""The read side: search, stories, who had access, and who may see what."""
