"""Asks our own webhook address what Meta asked when it was set up (Meta: Webhooks > Getting
started): whoever answers that is our server, and can be reached.
"""

import aiohttp

from engine.whatsapp.transport import ForbiddenHostError, Timeouts, check_host, open_session

ANSWER_MAX = 1_000


async def shake_hands(
    url: str, verify_token: str, challenge: str, *, sandbox: bool, timeouts: Timeouts
) -> str:
    """Why webhooks would not arrive at `url`, in words; empty when it answers as ours does.

    Without a token of ours the right answer is a refusal. A sandbox asks this machine only.
    """
    try:
        address = check_host(url, sandbox=sandbox)
    except ForbiddenHostError as error:
        return f"Meta could not call {url}: {error}."
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": challenge,
    }
    try:
        async with (
            open_session(timeouts, sandbox=sandbox) as session,
            session.get(address.update_query(query), allow_redirects=False) as response,
        ):
            body = (await response.content.read(ANSWER_MAX)).decode(errors="replace")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return f"{url} does not answer ({type(error).__name__})."
    if response.status == 200 and body == challenge:
        return ""
    if not verify_token and response.status == 403:
        return ""
    return f"{url} answers {response.status}, and not as our server does."
