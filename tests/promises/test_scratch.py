import asyncio, time, logging, io
import pytest
from tests.promises.test_replicas import *
from tests.promises.test_replicas import _over
def chain(t):
    out=[]; c=t.get_coro()
    while c is not None:
        f=getattr(c,"cr_frame",None) or getattr(c,"ag_frame",None) or getattr(c,"gi_frame",None)
        if f: out.append(f"{f.f_code.co_filename.split('/')[-1]}:{f.f_lineno}:{f.f_code.co_name}")
        else: out.append(repr(c)[:80])
        c=getattr(c,"cr_await",None) or getattr(c,"ag_await",None) or getattr(c,"gi_yieldfrom",None)
    return " > ".join(out)
async def watch(servers, replicas):
    await asyncio.sleep(6)
    print("=== STALL?")
    for t in asyncio.all_tasks(): print("TASK", t.get_name(), chain(t))
    for r in await asyncio.to_thread(servers.as_administrator, "select pid,state,wait_event_type,wait_event,now()-xact_start,pg_blocking_pids(pid),left(query,160) from pg_stat_activity where datname like 'daypass%' and (state<>'idle')"): print("PG", r)
    print([r.store.engine.pool.status() for r in replicas])
    print([ (len(r.outbox._running), r.clockwork._running, r.clockwork._next) for r in replicas])
@pytest.mark.parametrize("i", range(14))
async def test_z(i, servers, postgres_ground, replicas, hand):
    t=time.time()
    accesses = await asyncio.gather(*(granted(replicas[number % 2], 6) for number in range(GRANTS)))
    w=asyncio.create_task(watch(servers, replicas))
    try: await asyncio.gather(*(credential(replicas[number % 2], hand, access) for number, access in enumerate(accesses)))
    finally:
        print("creds", time.time()-t)
        if time.time()-t<6: w.cancel()
