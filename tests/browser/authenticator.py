"""An authenticator for passkeys in a real browser, which asks nobody (https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/)."""

from playwright.async_api import Page

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def give_authenticator(page: Page) -> None:
    """Let this page make passkeys, and sign with them."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
