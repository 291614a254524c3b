"""A workflow's own OIDC token names a machine, with the claims of GitHub's documentation."""

import json
from datetime import UTC, datetime

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from integrations.machine_tokens import TokenVerifier
from workflows.policy.schema.machines import IssuerBlock, MachineBlock, Machines, machine_of
from workflows.ports import Permanent

ISSUER = "https://token.actions.githubusercontent.com"
AT = 1_632_493_567
CLAIMS = {
    "jti": "example-id",
    "sub": "repo:octo-org/octo-repo:environment:prod",
    "environment": "prod",
    "aud": "https://github.com/octo-org",
    "ref": "refs/heads/main",
    "sha": "example-sha",
    "repository": "octo-org/octo-repo",
    "repository_owner": "octo-org",
    "actor_id": "12",
    "repository_visibility": "private",
    "repository_id": "74",
    "repository_owner_id": "65",
    "run_id": "example-run-id",
    "run_number": "10",
    "run_attempt": "2",
    "runner_environment": "github-hosted",
    "actor": "octocat",
    "workflow": "example-workflow",
    "head_ref": "",
    "base_ref": "",
    "event_name": "workflow_dispatch",
    "ref_type": "branch",
    "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
    "iss": ISSUER,
    "nbf": AT - 600,
    "exp": AT + 300,
    "iat": AT,
}
"""The example of https://docs.github.com/actions/reference/security/oidc."""


async def machine(claims: dict[str, object], wanted: dict[str, str]) -> str | None:
    """The machine that a token with these claims names, if the bundle wants those."""
    key = RSAKey.generate_key(2048, {"kid": "example-thumbprint", "use": "sig", "alg": "RS256"})
    token = jwt.encode({"typ": "JWT", "alg": "RS256", "kid": "example-thumbprint"}, claims, key)
    told = {
        "/.well-known/openid-configuration": {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/.well-known/jwks"},
        "/.well-known/jwks": {"keys": [key.as_dict(private=False)]},
    }
    answers = httpx2.MockTransport(
        lambda request: httpx2.Response(200, content=json.dumps(told[request.url.path]))
    )
    async with httpx2.AsyncClient(transport=answers) as client:
        verifier = TokenVerifier(client, lambda: datetime.fromtimestamp(AT + 60, UTC))
        trusted = IssuerBlock(issuer=ISSUER, audience="https://github.com/octo-org")
        vouched = await verifier.verify(token, {"github": trusted})
    block = MachineBlock(
        title="Web", issuer="github", claims=wanted, owners=("ada@northwind.example",), groups=("g",)
    )
    return machine_of(Machines({}, {"web": block}), vouched.issuer, vouched.claims)


async def test_the_documented_claims_name_the_machine_of_their_repository_and_environment() -> None:
    wanted = {"repository": "octo-org/octo-repo", "environment": "prod"}
    assert await machine(CLAIMS, wanted) == "web"


@pytest.mark.parametrize(
    "changes",
    [{"repository": "octo-org/fork"}, {"environment": "staging"}, {"repository": "octo-org/octo-repo2"}],
)
async def test_another_repository_or_environment_names_none(changes: dict[str, str]) -> None:
    wanted = {"repository": "octo-org/octo-repo", "environment": "prod"}
    assert await machine(CLAIMS | changes, wanted) is None


async def test_a_token_for_someone_else_or_of_another_day_is_refused() -> None:
    for changes in ({"aud": "sts.amazonaws.com"}, {"exp": AT - 1, "iat": AT - 301}):
        with pytest.raises(Permanent):
            await machine(CLAIMS | changes, {"repository": "octo-org/octo-repo"})
