"""What is raised for a file that isn't what it should be."""


class UnreadableFile(Exception):
    """The message says why, as the second half of a sentence that names the file."""
