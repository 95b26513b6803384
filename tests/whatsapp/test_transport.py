"""Addresses behind names."""

import socket

import pytest

from engine.whatsapp.transport import guarded_sockets


def address(host: str) -> tuple[object, ...]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 443))


@pytest.mark.parametrize("host", ["93.184.216.34", "10.0.0.1", "2001:db8::1"])
def test_a_name_bent_outwards_does_not_lead_a_sandbox_out(host: str) -> None:
    with pytest.raises(OSError, match="sandbox"):
        guarded_sockets(sandbox=True)(address(host))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_name_bent_inwards_does_not_lead_production_to_a_simulator(host: str) -> None:
    with pytest.raises(OSError, match="production"):
        guarded_sockets(sandbox=False)(address(host))


def test_idle_connections_are_probed_so_that_dead_ones_are_found_before_a_send() -> None:
    with guarded_sockets(sandbox=True)(address("127.0.0.1")) as made:
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
