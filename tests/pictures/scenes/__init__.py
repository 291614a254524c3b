"""What there is to see in Slack: every card, window and App Home, drawn from states that the workflows themselves made."""

from collections.abc import Mapping, Sequence

from tests.pictures.scenes import access, homes, incidents, releases
from tests.pictures.scenes.scene import Scene
from workflows.workflow import World


def every_scene(world: World) -> Mapping[str, Sequence[Scene]]:
    """All of them, by the heading that they stand under. Not for a running event loop."""
    return {
        "Access": [*access.cards(world)],
        "Releases": [*releases.cards(world)],
        "Incidents": [*incidents.cards(world)],
        "App Home": homes.homes(world),
        "Windows": [*access.windows(world), *releases.windows(world), *incidents.windows(world)],
    }
