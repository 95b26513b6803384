"""Where things are, from wherever the command was typed. Light: nothing waits for its imports."""

import os
from pathlib import Path

from pydantic import SecretStr

from app.build import ROOT
from engine.settings import Settings

LOG, SIMULATOR_LOG = "demo.log", "simulator.log"
"""What the demo and its simulator did, in the home folder."""


def anchored(settings: Settings) -> Settings:
    """The same settings, and this process in the folder where Reflex finds what it needs.

    Reflex looks for its configuration and the built pages in the current folder. So paths that are
    meant from where the command was typed are made to hold from anywhere.
    """
    here = Path.cwd()
    if here == ROOT:
        return settings
    url = settings.database_url.get_secret_value()
    path = url.removeprefix("sqlite:///")
    if path != url and not path.startswith((":", "/")):
        url = f"sqlite:///{here / path}"
    token = settings.access_token_file
    senders = [
        sender.model_copy(update={"token_file": sender.token_file and here / sender.token_file})
        for sender in settings.senders
    ]
    os.chdir(ROOT)
    return settings.model_copy(
        update={
            "home": here / settings.home,
            "database_url": SecretStr(url),
            "access_token_file": token and here / token,
            "senders": tuple(senders),
        }
    )


def address_of(settings: Settings) -> str:
    """Where a browser on this machine finds the dashboard."""
    anywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    host = "127.0.0.1" if anywhere else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
