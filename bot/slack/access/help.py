"""What `/access help` says."""

HELP = """*Request temporary access with `/access`.*
• `/access` opens a form. Search for what you need.
• `/access warehouse 1h because the nightly job failed` fills it in.
• You get a message when it's decided. *Get credentials* on its card gives you a login that expires with your access.
• *Give back* ends access early. Otherwise it ends by itself, and you hear when Vault has confirmed it.
The app's Home tab shows your access and what needs your decision. Nobody approves their own request."""
