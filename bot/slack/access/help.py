"""What `/access help` says."""

HELP = """*Ask for access for a while, with `/access`.*
• `/access` opens a form; search for what you need as you type.
• `/access warehouse 1h because the nightly job failed` fills it in.
• You get a message when it is decided. *Get credentials* on its card mints a credential that dies with the grant.
• *Give back* ends it early. At the end it ends by itself, and you are told when Vault has confirmed it.
The Home tab of this app shows what you hold and what waits for your decision. Nobody approves their own request."""
