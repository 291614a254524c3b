"""Writing the log into files that can be verified without Daypass."""
