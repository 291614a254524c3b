"""MLflow: the metric of the newest finished run about the version, in an experiment that watches it."""

from workflows.releases.evidence import Order, Registry
from workflows.releases.gates.readings import single_text
from workflows.releases.live_checks.source import Look, Measured


class MLflowMetrics:
    """The metrics of runs that observe a version, as post-release checks read them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def read(self, look: Look) -> Measured:
        """The metric, if the run logged it once."""
        check = look.check
        order = Order(
            service=look.service,
            model=look.model,
            version=look.version,
            metrics=(),
            files=(),
            champion=False,
            since=None,
            observed=((check.observed_in, check.metric),),
        )
        evidence = await self._registry.read(order, None)
        run = next((one.run for one in evidence.observed if one.experiment == check.observed_in), None)
        if run is None:
            return Measured(
                trouble=f"No finished run in “{check.observed_in}” covers version {look.version}."
            )
        return Measured(*single_text(run, check.metric))
