"""What is said of a setting that is missing or wrong."""

from collections.abc import Mapping


def sentence_of(fault: Mapping[str, object]) -> str:
    """One sentence about a fault that pydantic found."""
    place = fault["loc"]
    assert isinstance(place, tuple)
    name = str(place[0]).upper() if place else ""
    if fault["type"] == "missing":
        return f"{name} is not set: {_MEANING.get(name, 'Daypass requires it')}."
    what = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {what}." if name else f"{what}."


_MEANING = {
    "SLACK_BOT_TOKEN": "copy the bot token (xoxb-…) from OAuth & Permissions in your Slack app",
    "SLACK_SIGNING_SECRET": "copy the signing secret from Basic Information in your Slack app",
    "VAULT_ADDR": "set it to the address of Vault or OpenBao, such as https://vault.example:8200",
    "DAYPASS_BUNDLE": "set it to the directory of your policy bundle; examples/bundle is a good start",
}
