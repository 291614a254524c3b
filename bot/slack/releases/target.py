"""What a card says of how a release goes live."""

from bot.slack.mrkdwn import plain
from workflows.policy.terms.releases import TargetTerms


def target_of(target: TargetTerms) -> str:
    """Where the version is made live, in a few words."""
    match target.kind:
        case "alias" | "catalog-alias":
            return f"alias `{target.alias}`"
        case "webhook":
            return "webhook"
        case "deployment":
            return f"GitHub, environment `{plain(target.environment)}`"
        case "model-package":
            return "SageMaker approval"
        case "rollout":
            return f"rollout `{target.rollout}` in `{target.cluster}`"
