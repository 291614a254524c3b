"""What `/release help` says."""

HELP = """*Propose a release, with `/release`.*
• `/release` opens a form; it shows how the gates stand before you propose.
• `/release ranking-model 7 because it ranks new items better` fills it in.
• When every gate has passed, people who didn't author it decide. If what they saw changes, their approval is void.
• Approved, it goes live by itself and is read back. *Roll back* on its card restores the version before.
• Some time later its checks run; the card says how they went.
The Home tab of this app shows what you proposed and what waits for your decision."""
