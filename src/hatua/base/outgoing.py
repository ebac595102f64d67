"""Requests to addresses that a user typed in (webhooks, a CRM): never to the inside of the network we run in.

The name is resolved once; every address it has must be public (or allowed by the operator); the connection goes to the
very address that was checked, so that a name which answers differently the second time gains nothing. No proxy of the
environment is used, redirects are checked like the first address, and time and size are bounded.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import msgspec

from hatua.base.errors import HatuaError, InvalidSetting, Unavailable
from hatua.base.public_addresses import Address, Network, as_routed, is_public, same_kind
from hatua.base.settings import env

Resolve = Callable[[str, int], Sequence[str]]
"""(host name, port) -> every address it has, as text. Raises OSError."""

MAX_URL_CHARS: Final = 2_048
_CHUNK: Final = 65_536
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_CREDENTIALS: Final = frozenset(("authorization", "cookie", "api-key", "x-api-key", "proxy-authorization"))
_OURS: Final = frozenset(("host", "content-length", "transfer-encoding", "connection", "accept-encoding"))


class OutgoingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What may be called, and what one call may cost."""

    allow: Annotated[str, env("HATUA_OUTGOING_ALLOW")] = ""
    """Comma-separated networks (`10.1.0.0/16`) and host names (`crm.internal`, `*.corp.example`) inside that webhooks
    and CRM connections may reach. Empty: public addresses only."""
    connect_timeout_ms: Annotated[int, env("HATUA_OUTGOING_CONNECT_TIMEOUT_MS"), msgspec.Meta(ge=100)] = 5_000
    """Longest wait for a name to resolve, and for each address to accept the connection."""
    timeout_ms: Annotated[int, env("HATUA_OUTGOING_TIMEOUT_MS"), msgspec.Meta(ge=100)] = 30_000
    """Longest a whole call may take, however steadily the other side trickles."""
    max_answer_bytes: Annotated[int, env("HATUA_OUTGOING_MAX_ANSWER_BYTES"), msgspec.Meta(ge=1)] = 10_000_000
    """A longer answer is given up."""


class OutgoingRefused(HatuaError):
    """This URL may not be called. The text names the URL's host, never the address behind it: who types a URL in must
    not learn our name server's answers."""


class OutgoingFailed(Unavailable):
    """The other side did not answer in time, or not in a form we take. Another try may succeed."""


class OutgoingAnswer(msgspec.Struct, frozen=True):
    """Header names are lower case; the last of several equal ones counts. `url`: the address that answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str


class _Call(msgspec.Struct, frozen=True):
    method: str
    url: str
    target: SplitResult
    headers: Mapping[str, str]
    body: bytes


class Outgoing:
    """Calls out, blocking. Thread-safe: each call has a connection of its own."""

    def __init__(self, settings: OutgoingSettings | None = None, *, resolve: Resolve | None = None) -> None:
        """Raises InvalidSetting for a malformed entry of `allow`."""
        self._settings = settings or OutgoingSettings()
        self._resolve = resolve or _resolved
        self._networks, self._names = _allow_list(self._settings.allow)
        self._tls = ssl.create_default_context()

    def check(self, url: str) -> None:
        """Whether this URL could be called now: for the moment at which a user types it in. Raises OutgoingRefused, or
        OutgoingFailed when its name cannot be resolved."""
        self._addresses(_parsed(url))

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        redirects: int = 0,
    ) -> OutgoingAnswer:
        """One call. Up to `redirects` redirects of a GET or HEAD are followed, without credentials to another host; any
        other 3xx is the answer. Raises OutgoingRefused and OutgoingFailed; an answer of 4xx or 5xx is an answer."""
        deadline = time.monotonic() + self._settings.timeout_ms / 1000
        sent = {n.lower(): value for n, value in (headers or {}).items() if n.lower() not in _OURS}
        while True:
            target = _parsed(url)
            answer = self._once(_Call(method, url, target, sent, body), deadline)
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location or redirects < 1 or method not in ("GET", "HEAD"):
                return answer
            redirects -= 1
            url = urljoin(url, location)
            after = _parsed(url)
            if target.scheme == "https" and after.scheme != "https":
                raise OutgoingRefused(f"{target.hostname} redirects from https to {after.scheme}")
            if (after.scheme, after.hostname, after.port) != (target.scheme, target.hostname, target.port):
                sent = {name: value for name, value in sent.items() if name not in _CREDENTIALS}

    def _once(self, call: _Call, deadline: float) -> OutgoingAnswer:
        target = call.target
        problem: Exception = OSError("no address")
        for address in self._addresses(target):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            connection = _Pinned(target, address, self._tls, min(left, self._settings.connect_timeout_ms / 1000))
            # A timeout of the socket starts anew with every byte; this one does not.
            alarm = threading.Timer(left, connection.cut)
            alarm.daemon = True
            alarm.start()
            try:
                try:
                    connection.connect()
                except OSError as refused:  # another address of the same name may answer
                    problem = refused
                    continue
                return self._exchange(connection, call)
            finally:
                alarm.cancel()
                connection.close()
        raise OutgoingFailed(f"{target.hostname} cannot be reached: {type(problem).__name__}")

    def _exchange(self, connection: "_Pinned", call: _Call) -> OutgoingAnswer:
        target = call.target
        try:
            connection.settimeout(self._settings.timeout_ms / 1000)
            path = f"{target.path or '/'}{'?' if target.query else ''}{target.query}"
            connection.request(call.method, path, call.body or None, {"accept-encoding": "identity", **call.headers})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            taken = OutgoingAnswer(answer.status, found, self._body(answer, target), call.url)
        except (http.client.HTTPException, OSError, ValueError) as problem:
            if connection.was_cut:
                raise self._late(target) from None
            raise OutgoingFailed(f"{target.hostname} did not answer: {type(problem).__name__}") from None
        if connection.was_cut:  # a cut answer without a declared length looks whole
            raise self._late(target)
        return taken

    def _late(self, target: SplitResult) -> OutgoingFailed:
        return OutgoingFailed(f"{target.hostname} did not finish its answer within {self._settings.timeout_ms:,} ms")

    def _body(self, answer: http.client.HTTPResponse, target: SplitResult) -> bytes:
        limit = self._settings.max_answer_bytes
        chunks: list[bytes] = []
        size = 0
        while chunk := answer.read1(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise OutgoingFailed(f"the answer of {target.hostname} is over {limit:,} bytes, the limit")
            chunks.append(chunk)
        if answer.length:
            raise OutgoingFailed(f"{target.hostname} ended its answer {answer.length:,} bytes early")
        return b"".join(chunks)

    def _addresses(self, target: SplitResult) -> list[str]:
        """Every address of the host, all of them allowed."""
        host = target.hostname or ""
        found = self._resolved_in_time(host, target.port or _DEFAULT_PORTS[target.scheme])
        if not found:
            raise OutgoingFailed(f"{host} has no address")
        if not self._named(host):
            for text in found:
                if not self._reachable(ipaddress.ip_address(text.partition("%")[0])):
                    raise OutgoingRefused(
                        f"{host} is not a public address (HATUA_OUTGOING_ALLOW lists the inside ones that are allowed)"
                    )
        return list(found)

    def _resolved_in_time(self, host: str, port: int) -> list[str]:
        found: list[str] = []
        failed: list[BaseException] = []

        def look_up() -> None:
            try:
                found.extend(dict.fromkeys(self._resolve(host, port)))
            except (OSError, UnicodeError) as problem:
                failed.append(problem)

        asking = threading.Thread(target=look_up, name="hatua-resolve", daemon=True)  # the resolver takes no deadline
        asking.start()
        asking.join(self._settings.connect_timeout_ms / 1000)
        if asking.is_alive() or failed:
            raise OutgoingFailed(f"the name {host} cannot be resolved")
        return found

    def _named(self, host: str) -> bool:
        return any(host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in self._names)

    def _reachable(self, address: Address) -> bool:
        seen = as_routed(address)
        allowed = any(
            one in network for one in (address, seen) for network in self._networks if same_kind(one, network)
        )
        return allowed or is_public(address)


_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def _parsed(url: str) -> SplitResult:
    """Raises OutgoingRefused for what is no plain http(s) URL."""
    if len(url) > MAX_URL_CHARS or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise OutgoingRefused(f"a URL is at most {MAX_URL_CHARS:,} printable ASCII characters without spaces")
    try:
        parsed = urlsplit(url)
        port = parsed.port
    except ValueError:
        raise OutgoingRefused("this is not a URL") from None
    if parsed.scheme not in _DEFAULT_PORTS:
        raise OutgoingRefused(f"the scheme is {parsed.scheme[:20]!r}; http and https are allowed")
    if not parsed.hostname or port == 0:
        raise OutgoingRefused("the URL names no host, or the port 0")
    if parsed.username is not None or parsed.password is not None:
        raise OutgoingRefused("the URL carries a user name; send credentials in a header")
    return parsed


def _allow_list(text: str) -> tuple[tuple[Network, ...], tuple[str, ...]]:
    networks: list[Network] = []
    names: list[str] = []
    for item in filter(None, (part.strip().lower() for part in text.split(","))):
        try:
            networks.append(ipaddress.ip_network(item, strict=False))
        except ValueError:
            bare = item.removeprefix("*.")
            if not bare or not all(c.isalnum() or c in ".-_" for c in bare) or bare[0] == "." or "/" in item:
                raise InvalidSetting(f"HATUA_OUTGOING_ALLOW: {item!r} is neither a network nor a host name") from None
            names.append(item)
    return tuple(networks), tuple(names)


def _resolved(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked address, speaking (and, with TLS, demanding a certificate) for the URL's host."""

    def __init__(self, target: SplitResult, address: str, tls: ssl.SSLContext, connect_timeout_s: float) -> None:
        self.default_port = _DEFAULT_PORTS[target.scheme]
        super().__init__(target.hostname or "", target.port or self.default_port, timeout=connect_timeout_s)
        self._address = address
        self._tls = tls if target.scheme == "https" else None
        self._opened: socket.socket | None = None
        self.was_cut = False

    def connect(self) -> None:
        self._opened = self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls is not None:
            wrapped = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self._opened = self.sock = wrapped
            wrapped.do_handshake()

    def settimeout(self, seconds: float) -> None:
        self.sock.settimeout(seconds)

    def cut(self) -> None:
        """From another thread: whatever waits on the socket ends now."""
        self.was_cut = True
        if self._opened is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._opened, socket.SHUT_RDWR)
