"""What an access review proposes to take out of the bundle."""

from workflows.system.access_reviews.state import AccessReview


def removed_by(review: AccessReview) -> list[tuple[str, str]]:
    """Person and entitlement of what reviewers removed, and of what had no answer when it was closed."""
    proposed = {"remove", None} if review.status == "closed" else {"remove"}
    return [(one.person, one.entitlement) for one in review.items if one.verdict in proposed]
