"""A stand-in for Slack, as strict as Slack is documented to be, for the demo and the tests."""
