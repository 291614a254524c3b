"""Policy as code: who may get what, for how long, and who has to agree."""
