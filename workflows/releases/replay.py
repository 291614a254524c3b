"""Could this have happened to a release? Told from what its events recorded, without asking anybody."""

from workflows.audit.possibility import judged
from workflows.releases import replay_live, replay_proposal
from workflows.releases.events import Proposed
from workflows.releases.exceptions import replay as replay_exceptions

JUDGES = {**replay_proposal.JUDGES, **replay_live.JUDGES, **replay_exceptions.JUDGES}
impossible = judged(Proposed, JUDGES, "nobody had proposed it")
"""Why an event could not have happened to a release in this state, after this past; None if it could."""
