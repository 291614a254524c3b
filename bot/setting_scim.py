"""Checks the tokens with which an identity provider pushes people."""

LEAST_CHARS = 32
MOST_TOKENS = 2


def read_tokens(given: object) -> object:
    """Read the tokens, separated by spaces. Raises ValueError with what is wrong about them."""
    tokens = given.split() if isinstance(given, str) else given
    if not isinstance(tokens, list | tuple):
        return tokens
    if len(tokens) > MOST_TOKENS:
        raise ValueError(
            "set at most two tokens, the new one and the one that it replaces, separated by a space"
        )
    if any(len(str(one)) < LEAST_CHARS for one in tokens if isinstance(one, str)):
        raise ValueError("a token has fewer than 32 characters; make one with `openssl rand -base64 48`")
    return tuple(tokens)
