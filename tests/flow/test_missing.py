"""What Vault has lost, and the ledger still counted as live; and a login to Vault that is about to be lost."""

from datetime import timedelta

from tests.flow.deeds import ask, card, granted, log_of, message, said, token
from tests.flow.office import ALARMS, Office
from workflows.access.state import Access
from workflows.ports import CredentialHandles
from workflows.system.alarms import Alarm

SAMPLE = "/access sample 15m because last night's ranking features look stale"


async def reconcile(office: Office) -> None:
    """A minute on: what was asked for just now may be on its way between Vault's nodes."""
    office.clock.ahead += timedelta(minutes=1)
    jobs = {job.name: job for job in office.daypass.jobs.all()}
    await jobs["reconcile with Vault"].run()


async def live(office: Office, access: Access) -> Access:
    """Once its newest credential is the ledger's, too."""
    await token(office.ada, await office.ada.direct(), access.id)
    await office.quiet()
    found = await office.newest()
    assert found.credentials[-1].status == "live"
    return found


async def test_a_credential_revoked_by_hand_is_ended_and_told(office: Office) -> None:
    access = await live(office, await granted(office))
    (credential,) = access.credentials
    office.servers.bao.call("PUT", "sys/leases/revoke", lease_id=credential.lease_id, sync=True)
    await reconcile(office)
    alarm = await message(office.radia, ALARMS, "no longer has the credential", credential.id[-12:])
    assert "revoked by hand, or Vault ended it early" in said(alarm)
    await office.quiet()
    ended = await office.newest()
    assert (ended.status, ended.credentials[0].status) == ("active", "ended")
    told = [one.partition(" by ")[0] for one in await log_of(office, access.id)]
    assert told[-3:] == [f"access.credential-{one}" for one in ("found-missing", "end-started", "ended")]
    await card(office.ada, await office.ada.direct(), access.id, "credentials expired")
    again = await live(office, ended)
    assert [one.status for one in again.credentials] == ["ended", "live"]
    await reconcile(office)
    assert (await office.newest()).credentials[-1].status == "live"


async def test_of_two_only_the_one_that_is_missing_is_ended(office: Office) -> None:
    access = await ask(office, SAMPLE)
    await live(office, access)
    first, second = (await live(office, access)).credentials
    office.servers.bao.call("POST", "auth/token/revoke-accessor", accessor=second.accessor)
    await reconcile(office)
    await office.quiet()
    found = {one.id: one.status for one in (await office.newest()).credentials}
    assert found == {first.id: "live", second.id: "ended"}


async def test_what_is_made_while_vault_is_compared_is_let_be_whatever_the_clock(office: Office) -> None:
    office.clock.ahead += timedelta(minutes=1)
    access = await live(office, await granted(office))
    vault, read_before = office.daypass.jobs.access.vault, dict[str, CredentialHandles]()
    found = await vault.reconcile(frozenset({access.terms.vault.path}), read_before, office.clock())
    (credential,) = access.credentials
    assert not [one.key for one in found if credential.lease_id in one.key or credential.accessor in one.key]


async def test_a_secret_id_about_to_expire_is_alarmed_until_there_is_a_new_one(office: Office) -> None:
    await office.daypass.jobs.access.watch_logins()
    assert await office.daypass.reads.in_status(Alarm, "alm", ["raised"]) == []
    office.clock.ahead += timedelta(days=25)
    await office.daypass.jobs.access.watch_logins()
    alarm = await message(
        office.radia, ALARMS, "The secret id of daypass expires at", "can't log in after that"
    )
    assert "The secret id of daypass-high expires" in said(alarm)
    office.clock.ahead -= timedelta(days=25)
    await office.daypass.jobs.access.watch_logins()
    cleared = await office.daypass.reads.in_status(Alarm, "alm", ["cleared"])
    assert ["secret id" in one.sentence for one in cleared].count(True) == 1
