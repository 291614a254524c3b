"""The figures of a month, in Slack: one message, words and a picture."""
