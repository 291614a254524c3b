"""What every workflow's cards and windows say alike, and the App Home: in one place."""

RISKS = {
    "low": "low risk",
    "moderate": "moderate risk",
    "high": ":large_orange_diamond: high risk",
    "critical": ":red_circle: critical risk",
}
"""By risk: what stands out asks for a second look."""
APPROVAL = "approval"
"""For what something waits whose approvers aren't named."""
NOBODY_LEFT = ":warning: *Not enough eligible approvers: {stage}.* They left or changed teams. Daypass's operators know."

HOME_FILTER_ALL = "All"
HOME_FILTER_RISK = "High and critical risk"
HOME_FILTER_REST = "{number} more: show all"
"""A button beside the filter, for what it leaves out."""
HOME_FILTER_EMPTIED = "Nothing matches your filter any more, so everything is shown."
