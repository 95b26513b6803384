"""How we listen at an address, and whether we could: found out before anything slow begins."""

import errno
import socket

KEEP_ALIVE_SECONDS = 75
"""A connection on which nothing comes is kept a little longer than proxies keep theirs: were we the
first to hang up, the request that they send at that moment would be lost.
"""


def why_not_listen(host: str, port: int) -> str:
    """The sentence to show when we could not listen there; empty when we could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} of {host} is taken: stop what listens there, or choose "
                    f"another port, such as PORT={_next_port(port)}."
                )
            return (
                f"Cannot listen on {host}, port {port} ({error.strerror}): "
                "set DAWNCAST_HOST and PORT to an address of this machine."
            )
    return ""


def _next_port(port: int) -> int:
    return port + 1 if port < 65_535 else 8000
