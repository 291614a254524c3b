"""SageMaker's model registry as a source of releases, and a package's approval as their target."""

from datetime import datetime

from integrations.sagemaker.client import Missing, SageMaker, plausible
from integrations.sagemaker.packages import artifact_of, described, version_of
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Artifact, Evidence, Login, Observation, Order
from workflows.releases.performers import is_there

APPROVED, REJECTED = "Approved", "Rejected"
MAX_WHY_CHARS = 1_024
NO_SUCH_PACKAGE = "SageMaker has no such model package."


class SageMakerRegistry:
    """The `Registry` of services whose model is a model package group."""

    def __init__(self, sagemaker: SageMaker) -> None:
        self._sagemaker = sagemaker

    async def read(self, order: Order, live: str | None) -> Evidence:
        """The package's evidence. Raises Retryable or Permanent."""
        found = await described(self._sagemaker, order.model, order.version)
        before = await described(self._sagemaker, order.model, live) if live and order.champion else None
        return Evidence(
            candidate=version_of(found, order, order.version) if found else None,
            live=live,
            champion=version_of(before, order, live) if before and live else None,
            observed=tuple(Observation(experiment=name, run=None) for name, _ in order.observed),
            login="required",
        )

    async def versions(self, model: str) -> list[str]:
        """The group's versions, the newest first. Raises Retryable or Permanent."""
        try:
            listed = await self._sagemaker.packages(model)
        except Missing:
            return []
        with plausible():
            return [str(one["ModelPackageVersion"]) for one in listed]

    async def artifact(self, model: str, version: str, since: datetime) -> Artifact:
        """What identifies the package. Raises Retryable, or Permanent if there is none, or it can't be told."""
        found = await described(self._sagemaker, model, version)
        if found is None:
            raise Permanent(NO_SUCH_PACKAGE)
        return artifact_of(found)

    async def login(self) -> Login:
        """Amazon answers nobody without a signature."""
        return "required"


class PackageTarget:
    """The `Target` of services whose pipelines deploy the newest approved model package of a group."""

    def __init__(self, sagemaker: SageMaker) -> None:
        self._sagemaker = sagemaker

    async def live(self, terms: ReleaseTerms) -> str | None:
        """The newest version that is approved. Raises Retryable or Permanent."""
        approved = await self._approved(terms.model)
        return str(max(approved)) if approved else None

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Approve the version, and reject those that are newer, so that it is the newest that is approved."""
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        approved = await self._approved(terms.model)
        wanted = int(to) if to and to.isdecimal() else 0
        if to is not None:
            package = await described(self._sagemaker, terms.model, to)
            if package is None:
                raise Permanent(NO_SUCH_PACKAGE)
            approved[wanted] = str(package["ModelPackageArn"])
        for version in sorted(approved, reverse=True):
            if version > wanted:
                await self._say(approved[version], REJECTED, f"Replaced by {to or 'nothing'}. {why}")
        if to is not None:
            await self._say(approved[wanted], APPROVED, why)
        if (after := await self.live(terms)) != to:
            raise Retryable(
                f"SageMaker was told to approve {to}, but {after or 'nothing'} is the newest approved."
            )

    async def _approved(self, model: str) -> dict[int, str]:
        """The approved versions, and their packages' names."""
        try:
            found = await self._sagemaker.packages(model, ModelApprovalStatus=APPROVED)
        except Missing:
            return {}
        with plausible():
            return {
                int(one["ModelPackageVersion"]): str(one["ModelPackageArn"])
                for one in found
                if one["ModelApprovalStatus"] == APPROVED
            }

    async def _say(self, package: str, status: str, why: str) -> None:
        """Set the package's status; the same again changes nothing."""
        about = {"ModelApprovalStatus": status, "ApprovalDescription": why[:MAX_WHY_CHARS]}
        await self._sagemaker.call("UpdateModelPackage", ModelPackageArn=package, **about)
