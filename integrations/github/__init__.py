"""GitHub as a source of releases: what its workflow runs want to deploy, and the protection rule that lets them.

https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/create-custom-protection-rules
"""

from integrations.github.client import AppLogin, GitHub, open_github
from integrations.github.deployments import GitHubDeployments
from integrations.github.registry import GitHubRegistry

__all__ = ["AppLogin", "GitHub", "GitHubDeployments", "GitHubRegistry", "open_github"]
