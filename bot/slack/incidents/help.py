"""What `/incident help` says."""

HELP = """*Declare an incident, with `/incident`.*
• `/incident` opens a form. `/incident sev2 ranking model serves stale features` declares at once.
• `/incident drill sev2 …` practises: marked everywhere, with access for drills only.
• `/incident private sev1 …` is seen by its members alone.
• It gets a channel with a card that always shows how things stand: roles, access, the playbook's steps.
• In that channel: `/incident note …` adds to its timeline; so does :pushpin: under a message.
• `/incident list` shows what is open, `/incident figures` how long incidents took.
Access that a playbook gives follows its role, and ends when the incident is resolved."""
