"""A pager that takes signed JSON: the address of a paging service, or of what translates for one."""

from workflows.incidents.pagers.pager import Page, PagerKind


async def _send(page: Page) -> None:
    incident = page.incident
    body: dict[str, object] = {
        "type": "daypass.page",
        "pager": page.name,
        "incident": incident.id,
        "title": incident.title,
        "severity": page.severity,
        "service": incident.service or "",
        "declared_at": incident.declared_at.isoformat(),
    }
    if page.pager.on_call is not None:
        body |= {"on_call": list(page.on_call), "on_call_unknown": page.on_call_unknown}
    await page.caller.call(page.pager.webhook or "", body, page.key)


WEBHOOK = PagerKind("webhook", _send)
