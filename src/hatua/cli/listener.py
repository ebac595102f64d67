"""The HTTP server with a bound on everything that a slow or stalled client can hold."""

import os
import resource
import socket
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server.embed import Server

from hatua.cli.router import AsgiApp
from hatua.cli.settings import ProcessSettings

HTTP_BUFFER_BYTES = 256 * 1024
"""Request line and headers of one connection, bounded."""

SPARE_FILES = 256
"""Descriptors kept for the stores, the log and the assets, however many clients there are."""

TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


class Listener(Server):
    """Granian with HTTP/1.1 only: with its automatic choice of version a connection that says nothing at all would be
    waited for without end."""

    def __init__(self, app: AsgiApp, process: ProcessSettings) -> None:
        super().__init__(
            app,
            address=process.host,
            port=process.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            backlog=2048,
            backpressure=connections(process.max_connections),
            log_enabled=False,
            http1_settings=HTTP1Settings(
                header_read_timeout=process.header_timeout_ms, max_buffer_size=HTTP_BUFFER_BYTES
            ),
        )
        self._stall_timeout_ms = process.stall_timeout_ms

    def _init_shared_socket(self) -> None:
        # Granian's own way on other systems than Linux; here too, since only so the socket can be given an option.
        self._shd: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        if TCP_USER_TIMEOUT is not None:
            with socket.socket(fileno=os.dup(self._shd.get_fd())) as listening:
                # Inherited by every connection: the kernel ends one whose client takes no byte of its answer.
                listening.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, self._stall_timeout_ms)


def connections(wanted: int) -> int:
    """How many clients may be connected at once: as wanted, or as many as the process may have files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < need:
        soft = need if hard == resource.RLIM_INFINITY else min(need, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - SPARE_FILES))
