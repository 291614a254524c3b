"""Making a version live by moving the model's alias, which MLflow overwrites without asking."""

from integrations.mlflow.client import MLflow, Refusal, plausible
from integrations.mlflow.fields import as_text
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Retryable
from workflows.releases.performers import is_there

_ALIAS = "registered-models/alias"


class AliasTarget:
    """The `Target` of services that go live by an alias. Read before, and read again after."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow

    async def live(self, terms: ReleaseTerms) -> str | None:
        """The alias's version; None without the alias, which MLflow answers with a 400."""
        try:
            found = await self._mlflow.get(_ALIAS, name=terms.model, alias=terms.target.alias)
        except Refusal as refusal:
            if refusal.is_missing or "alias" in str(refusal).casefold():
                return None
            raise refusal.explained() from None
        with plausible():
            return as_text(found["model_version"]["version"], 60)

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Raises Moved if another version than `expected` is live. MLflow has no compare-and-set."""
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        about = {"name": terms.model, "alias": terms.target.alias}
        try:
            if to is None:
                await self._mlflow.send("DELETE", _ALIAS, about)
            else:
                await self._mlflow.send("POST", _ALIAS, {**about, "version": to})
        except Refusal as refusal:
            raise refusal.explained() from None
        if (after := await self.live(terms)) != to:
            raise Retryable(
                f"MLflow was told to serve version {to}, but {after or 'nothing'} is live. Daypass keeps trying."
            )
