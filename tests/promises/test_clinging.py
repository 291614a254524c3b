"""P1, P7: a few of the grants of `make soak`, so that it can't rot."""

import pytest

from tests.promises.evidence import faults
from tests.promises.ground import Ground, Servers
from tests.soak.soaking import soak

pytestmark = pytest.mark.early
SOME = 6


async def test_whoever_reconnects_and_renews_reads_nothing_after_a_confirmed_end(
    servers: Servers, ground: Ground
) -> None:
    soaked = await soak(servers, ground, SOME, at_once=SOME, tell=print)
    assert soaked.faults == []
    assert [one.how for one in soaked.seen].count("early") == SOME // 2
    assert soaked.renewed > 0
    assert await faults(servers, ground) == []
