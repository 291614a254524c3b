"""Amazon SageMaker as a source of evidence."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from integrations.egress import Reach
from integrations.evidence.source import EvidenceSource, OpenSource, SourceAddress
from integrations.sagemaker import AmazonLogin, PackageTarget, SageMakerRegistry, open_sagemaker
from workflows.ports import Permanent

NOT_SET_UP = "SageMaker isn't set up. Ask an operator to set DAYPASS_SAGEMAKER_REGION."


@asynccontextmanager
async def _open(
    address: SourceAddress, reach: Reach, now: Callable[[], datetime]
) -> AsyncIterator[OpenSource]:
    if address.region is None or address.key is None:
        raise Permanent(NOT_SET_UP)
    login = AmazonLogin(address.region, address.key)
    async with open_sagemaker(address.url, login, reach, now) as sagemaker:
        yield OpenSource(SageMakerRegistry(sagemaker), {"model-package": PackageTarget(sagemaker)})


SAGEMAKER = EvidenceSource("sagemaker", _open, ("model-package",), NOT_SET_UP, untried=True)
