"""E-mail by SMTP, in a thread of its own: the standard library's client blocks.

Where a server may be: a sandbox's on this machine only. Outside a sandbox a relay may stand in the
private network, as most do, but is never this machine's own by accident of a name.
"""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from engine.channels.doorway import may_reach
from engine.domain.alert_channels import PASSWORD, SANDBOX, Letter, NotTold, Told, addressees

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that goes with an e-mail. type: such as `application/pdf`."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One e-mail. key: what its Message-ID is made of, so that a repeat is known as one."""

    to: tuple[str, ...]
    subject: str
    text: str
    key: str
    at: datetime
    attached: tuple[Attached, ...] = ()


async def tell(
    options: Mapping[str, str],
    secrets: Mapping[str, str],
    letters: Sequence[Letter],
    *,
    sandbox: bool,
) -> Told | NotTold:
    """All of them as one e-mail to everybody of the channel."""
    return await post(options, secrets, written(options, letters), sandbox=sandbox)


def written(options: Mapping[str, str], letters: Sequence[Letter]) -> Mail:
    """The e-mail as people read it."""
    first, more = letters[0], len(letters) - 1
    parts = [f"{letter.subject}\n{letter.words}".strip() for letter in letters]
    if first.link:
        parts.append(f"Open the alerts: {first.link}")
    return Mail(
        to=tuple(addressees(options.get("to", ""))),
        subject=f"[{first.organisation}] {first.subject}" + (f" and {more} more" if more else ""),
        text="\n\n".join(parts),
        key=first.key,
        at=first.at,
    )


async def post(
    options: Mapping[str, str], secrets: Mapping[str, str], mail: Mail, *, sandbox: bool
) -> Told | NotTold:
    """Hand an e-mail to the server of `options`."""
    return await asyncio.to_thread(_post, options, secrets, mail, sandbox)


def _post(
    options: Mapping[str, str], secrets: Mapping[str, str], mail: Mail, sandbox: bool
) -> Told | NotTold:
    handing_over = False
    try:
        host, port = options["host"], int(options["port"])
        if sandbox and not _is_here(host, port):
            return NotTold(SANDBOX, again=False)
        with _open(host, port, options.get("security", "")) as server:
            if user := options.get("user"):
                server.login(user, secrets.get(PASSWORD, ""))
            handing_over = True
            refused = server.send_message(_message(options["from"], mail), to_addrs=list(mail.to))
            # From here on it is taken, whatever becomes of the parting words.
            return _taken(refused)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        # RFC 5321: 4xx may pass, 5xx will not.
        again = 400 <= error.smtp_code < 500
        return NotTold(f"The server said {error.smtp_code}: {words}"[:300], again=again)
    except smtplib.SMTPRecipientsRefused:
        return NotTold("The server takes mail for none of the addresses.", again=False)
    except (OSError, smtplib.SMTPException) as error:
        words = f"The server could not be spoken to ({type(error).__name__})."
        return NotTold(words, again=True, in_doubt=handing_over)
    except (KeyError, ValueError):
        return NotTold("The channel's settings are not whole.", again=False)


def _taken(refused: Mapping[str, object]) -> Told | NotTold:
    return NotTold(f"Refused: {', '.join(refused)}", again=False) if refused else Told()


def _open(host: str, port: int, security: str) -> smtplib.SMTP:
    if security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _is_here(host: str, port: int) -> bool:
    """Whether every address of a host is this machine's."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return bool(found) and all(may_reach(str(one[4][0]), sandbox=True) for one in found)


def _message(sender: str, mail: Mail) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = sender, ", ".join(mail.to)
    made["Subject"] = " ".join(mail.subject.split())
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = f"<{mail.key}@dawncast>"
    made["Auto-Submitted"] = "auto-generated"  # nobody's out-of-office answers it (RFC 3834)
    made.set_content(mail.text)
    for one in mail.attached:
        kind, _, form = one.type.partition("/")
        made.add_attachment(one.content, maintype=kind, subtype=form, filename=one.name)
    return made
