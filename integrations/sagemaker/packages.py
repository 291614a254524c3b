"""One model package of SageMaker, as evidence: what it is, who made it, and what its maker says of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.sagemaker.client import Missing, SageMaker, plausible
from workflows.ports import Permanent
from workflows.releases.evidence import Artifact, Author, Metric, ModelCard, Order, Run, Version, digest_of
from workflows.text import one_line

MAX_NAME_CHARS = 140
MAX_VALUE_CHARS = 60
NO_CARD = ModelCard(sections=(), digest="", trouble="The model package has no model card.")
NO_DIGEST = "SageMaker lacks the digest of an image or the ETag of a model file, so an approval has nothing to bind to."


async def described(sagemaker: SageMaker, group: str, version: str) -> Mapping[str, Any] | None:
    """The package of this version; None if there is none. Raises Retryable or Permanent."""
    try:
        listed = await sagemaker.packages(group)
    except Missing:
        return None
    with plausible():
        names = [str(one["ModelPackageArn"]) for one in listed if str(one["ModelPackageVersion"]) == version]
    if not names:
        return None
    try:
        return await sagemaker.call("DescribeModelPackage", ModelPackageName=names[0])
    except Missing:
        return None


def version_of(package: Mapping[str, Any], order: Order, version: str) -> Version:
    """The package as evidence. Raises Permanent if it isn't built as documented, or an approval would have nothing to bind to."""
    artifact = artifact_of(package)
    with plausible():
        status = str(package["ModelPackageStatus"])
        return Version(
            version=version,
            status="READY" if status == "Completed" else status,
            authors=tuple(dict.fromkeys(_authors(package))),
            card=_card(package),
            run=_run(package, order, status),
            artifact=artifact,
        )


def artifact_of(package: Mapping[str, Any]) -> Artifact:
    """What an approval is bound to in place of bytes: each image by its digest, each model file by its ETag.

    All else that says how the package is served is bound too. Raises Permanent if a digest is missing.
    """
    more = package.get("AdditionalInferenceSpecifications") or ()
    with plausible():
        specified = [one for one in (package.get("InferenceSpecification"), *more) if one]
        containers = [each for one in specified for each in one["Containers"]]
        pinned = bool(containers) and all(_is_pinned(one) for one in containers)
        subject = _as_text({"arn": package["ModelPackageArn"], "specified": specified})
    if not pinned:
        raise Permanent(NO_DIGEST)
    return Artifact(files=(), count=len(containers), size=0, digest=digest_of(subject))


def _is_pinned(container: Mapping[str, Any]) -> bool:
    data = [container.get("ModelDataSource"), *(container.get("AdditionalModelDataSources") or ())]
    sources = [one.get("S3DataSource") for one in data if one]
    by_url = not container.get("ModelDataUrl") or bool(container.get("ModelDataETag"))
    return bool(container.get("ImageDigest")) and by_url and all(one and one.get("ETag") for one in sources)


def _as_text(value: Any) -> Any:
    """Numbers as text, so that the canonical form is the same whoever writes them."""
    if isinstance(value, dict):
        return {str(name): _as_text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return value if isinstance(value, bool | None) else str(value)


def _authors(package: Mapping[str, Any]) -> Iterator[Author]:
    for name in _names(package.get("CreatedBy")):
        yield Author(source="run", name=name)
        yield Author(source="registrant", name=name)
    for name in _names(package.get("LastModifiedBy")):
        yield Author(source="other", name=name)


def _names(by: Any) -> Iterator[str]:
    """The profile's name; of an identity, the user's or the session's name, and who is behind the session if it says so."""
    by = by or {}
    identity = by.get("IamIdentity") or {}
    for given in (
        by.get("UserProfileName"),
        str(identity.get("Arn") or "").rpartition("/")[2],
        identity.get("SourceIdentity"),
    ):
        if name := one_line(str(given or ""), MAX_NAME_CHARS):
            yield name


def _run(package: Mapping[str, Any], order: Order, status: str) -> Run:
    """What its maker wrote beside it counts as its metrics: SageMaker's own are files that Daypass doesn't read."""
    said = package.get("CustomerMetadataProperties") or {}
    metrics = [
        Metric(key=key, count=1, values=(one_line(str(said[key]), MAX_VALUE_CHARS),))
        if key in said
        else Metric(key=key, count=0, values=())
        for key in order.metrics
    ]
    made_by = (package.get("MetadataProperties") or {}).get("GeneratedBy") or package["ModelPackageArn"]
    finished = "FINISHED" if status == "Completed" else status
    return Run(id=one_line(str(made_by), 250), status=finished, metrics=tuple(metrics))


def _card(package: Mapping[str, Any]) -> ModelCard:
    content = (package.get("ModelCard") or {}).get("ModelCardContent")
    if not content:
        return NO_CARD
    text = str(content)
    try:
        sections = json.loads(text)
    except (ValueError, RecursionError):
        sections = {}
    names = [str(name) for name, value in sections.items() if value] if isinstance(sections, dict) else []
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ModelCard(sections=tuple(one_line(name, 140) for name in names[:100]), digest=digest)
