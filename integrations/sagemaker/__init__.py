"""Amazon SageMaker as a source of releases: the model packages of a group, and their approval.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
"""

from integrations.sagemaker.client import AmazonLogin, SageMaker, open_sagemaker
from integrations.sagemaker.registry import PackageTarget, SageMakerRegistry

__all__ = ["AmazonLogin", "PackageTarget", "SageMaker", "SageMakerRegistry", "open_sagemaker"]
