"""The endpoint conforms to RFC 7643 and RFC 7644, by the tester that others wrote."""

from tests.scim.conftest import Endpoint


def test_it_passes_the_registrys_own_tester(endpoint: Endpoint) -> None:
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    bad = (Status.DEVIATION, Status.ERROR, Status.CRITICAL)
    results = check_server(SyncSCIMClient(endpoint.http))
    failed = [f"{one.status.name} {one.title}: {one.reason}" for one in results if one.status in bad]
    assert not failed, "\n".join(failed)
    assert len([one for one in results if one.status == Status.SUCCESS]) > 50
