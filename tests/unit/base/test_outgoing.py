"""A URL that a user typed in never leads inside; proven with real servers on several loopback addresses."""

import ipaddress
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hatua.base.errors import InvalidSetting
from hatua.base.outgoing import Outgoing, OutgoingFailed, OutgoingRefused, OutgoingSettings
from hatua.base.public_addresses import is_public

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.5.4", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "2001::1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"),
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "41.90.64.1", "2a00:1450:4001:831::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(OutgoingRefused, match=r"hook\.example is not a public address"):
        Outgoing(resolve=lambda *_: [address]).check("https://hook.example/x")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_called(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    Outgoing(resolve=lambda *_: [address]).check("https://hook.example/x")


def test_one_inside_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(OutgoingRefused):
        Outgoing(resolve=lambda *_: ["8.8.8.8", "10.0.0.1"]).check("https://hook.example/")


@pytest.mark.parametrize("spelled", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::]"])
def test_other_spellings_of_this_machine_are_refused(spelled: str) -> None:
    with pytest.raises((OutgoingRefused, OutgoingFailed)):
        Outgoing().check(f"http://{spelled}/")


@pytest.mark.parametrize(
    ("url", "fact"),
    [
        ("ftp://hook.example/", "the scheme is 'ftp'"),
        ("file:///etc/passwd", "the scheme is 'file'"),
        ("gopher://hook.example/", "the scheme is 'gopher'"),
        ("https:///path", "names no host"),
        ("https://hook.example:0/", "port 0"),
        ("https://hook.example:99999/", "not a URL"),
        ("https://user:secret@hook.example/", "carries a user name"),
        ("https://hook.example/\r\nX: y", "printable ASCII"),
        ("https://hook.example\\@10.0.0.1/", "printable ASCII"),
        ("https://h" + "o" * 3000, "at most 2,048"),
        ("https://höök.example/", "printable ASCII"),
    ],
)
def test_what_is_no_plain_web_address_is_refused_with_the_reason(url: str, fact: str) -> None:
    with pytest.raises(OutgoingRefused, match=fact) as refused:
        Outgoing(resolve=lambda *_: ["8.8.8.8"]).check(url)
    assert "secret" not in str(refused.value)


def test_a_refusal_does_not_tell_the_address_behind_the_name() -> None:
    with pytest.raises(OutgoingRefused) as refused:
        Outgoing(resolve=lambda *_: ["10.20.30.40"]).check("https://hook.example/")
    assert "10.20.30.40" not in str(refused.value)


def test_the_operator_can_allow_networks_and_names() -> None:
    calls = Outgoing(
        OutgoingSettings(allow="10.1.0.0/16, crm.internal, *.corp.example"),
        resolve=lambda host, _: {"a.example": ["10.1.2.3"], "b.example": ["10.2.0.1"]}.get(host, ["192.168.7.7"]),
    )
    calls.check("https://a.example/")
    calls.check("https://crm.internal/")
    calls.check("https://eu.corp.example/")
    for refused in ("https://b.example/", "https://corp.example/", "https://xcrm.internal/"):
        with pytest.raises(OutgoingRefused):
            calls.check(refused)


@pytest.mark.parametrize("entry", ["10.0.0.0/40", "http://x", "a b", "*."])
def test_a_malformed_allow_list_is_said_at_start(entry: str) -> None:
    with pytest.raises(InvalidSetting, match="HATUA_OUTGOING_ALLOW"):
        Outgoing(OutgoingSettings(allow=entry))


Respond = Callable[[BaseHTTPRequestHandler], None]


class Served:
    """What a server was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []


@contextmanager
def server(respond: Respond, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.requests.append((self.command, self.path, headers, body))
            respond(self)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return None

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return None  # a client that hangs up, which is what is tested

    httpd = Quiet((address, 0), Handler)
    if tls:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
    served.port = httpd.server_address[1]
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def say(body: bytes = b"fine", status: int = 200, **headers: str) -> Respond:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def calling(*allow: str, resolve: Callable[[str, int], Sequence[str]] | None = None, **settings: int) -> Outgoing:
    return Outgoing(OutgoingSettings(allow=",".join(allow) or "127.0.0.1", **settings), resolve=resolve)


def test_a_call_carries_method_headers_and_body_and_gives_the_answer() -> None:
    with server(say(b'{"ok":true}', 201, x_thing="7")) as served:
        answer = calling().request(
            "POST", f"http://127.0.0.1:{served.port}/in?a=1", headers={"API-KEY": "k", "Host": "spoofed"}, body=b"hi"
        )
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (201, b'{"ok":true}', "7")
    [(method, path, headers, body)] = served.requests
    assert (method, path, headers["api-key"], body) == ("POST", "/in?a=1", "k", b"hi")
    assert headers["host"] == f"127.0.0.1:{served.port}"


def test_the_connection_goes_to_the_address_that_was_checked_though_the_name_answers_otherwise_later() -> None:
    answers = iter([["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with server(say(), "127.0.0.2") as good:
        calls = calling("127.0.0.2", resolve=rebinding)
        assert calls.request("GET", f"http://rebind.example:{good.port}/").status == 200
        assert asked == ["rebind.example"]
        with pytest.raises(OutgoingRefused):
            calls.request("GET", f"http://rebind.example:{good.port}/")
    assert len(good.requests) == 1


def test_a_second_address_is_tried_when_the_first_does_not_answer() -> None:
    with server(say(), "127.0.0.3") as served:
        calls = calling("127.0.0.0/8", resolve=lambda *_: ["127.0.0.2", "127.0.0.3"])
        assert calls.request("GET", f"http://two.example:{served.port}/").status == 200


def test_redirects_are_the_answer_unless_asked_for() -> None:
    with server(say(b"", 302, location="http://127.0.0.9/")) as served:
        answer = calling().request("GET", f"http://127.0.0.1:{served.port}/")
    assert (answer.status, answer.headers["location"]) == (302, "http://127.0.0.9/")


def test_a_redirect_to_the_inside_is_refused_and_the_inside_is_not_called() -> None:
    with server(say(b"secret"), "127.0.0.9") as inside:
        with server(say(b"", 302, location=f"http://127.0.0.9:{inside.port}/latest/meta-data")) as outside:
            with pytest.raises(OutgoingRefused):
                calling().request("GET", f"http://127.0.0.1:{outside.port}/", redirects=3)
    assert inside.requests == []


def test_a_followed_redirect_takes_no_credentials_to_another_host() -> None:
    with server(say(b"there"), "127.0.0.2") as other:
        with server(say(b"", 307, location=f"http://127.0.0.2:{other.port}/x")) as first:
            answer = calling("127.0.0.1", "127.0.0.2").request(
                "GET",
                f"http://127.0.0.1:{first.port}/",
                headers={"Authorization": "Bearer s", "X-Other": "1"},
                redirects=1,
            )
    assert (answer.body, answer.url) == (b"there", f"http://127.0.0.2:{other.port}/x")
    assert "authorization" not in other.requests[0][2]
    assert other.requests[0][2]["x-other"] == "1"


def test_redirects_without_end_stop_at_the_number_asked_for() -> None:
    with server(say(b"", 302, location="/again")) as served:
        answer = calling().request("GET", f"http://127.0.0.1:{served.port}/", redirects=3)
    assert (answer.status, len(served.requests)) == (302, 4)


def test_an_answer_over_the_limit_is_given_up_declared_or_not() -> None:
    def without_length(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"x" * 50_000)

    for respond in (say(b"x" * 50_000), without_length):
        with server(respond) as served, pytest.raises(OutgoingFailed, match="over 10,000 bytes"):
            calling(max_answer_bytes=10_000).request("GET", f"http://127.0.0.1:{served.port}/")


def test_an_answer_that_ends_early_is_no_answer() -> None:
    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "100")
        handler.end_headers()
        handler.wfile.write(b"only this")

    with server(short) as served, pytest.raises(OutgoingFailed, match="91 bytes early"):
        calling().request("GET", f"http://127.0.0.1:{served.port}/")


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_trickles_is_cut_at_the_time_limit(part: str) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.02)

    began = time.monotonic()
    with server(trickle) as served, pytest.raises(OutgoingFailed, match="within 300 ms"):
        calling(timeout_ms=300).request("GET", f"http://127.0.0.1:{served.port}/")
    assert time.monotonic() - began < 3


def test_a_name_that_never_resolves_is_given_up() -> None:
    released = threading.Event()

    def hang(*_: object) -> list[str]:
        released.wait(10)
        return []

    with pytest.raises(OutgoingFailed, match="cannot be resolved"):
        calling(resolve=hang, connect_timeout_ms=100).check("https://slow.example/")
    released.set()


def test_nobody_listening_is_said_with_the_host() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(OutgoingFailed, match=r"127\.0\.0\.1 cannot be reached: ConnectionRefusedError"):
        calling().request("GET", f"http://127.0.0.1:{port}/")


def test_tls_demands_a_certificate_for_the_name_in_the_url(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=hook.example"),
            *("-addext", "subjectAltName=DNS:hook.example"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with server(say(b"sealed"), tls=context) as served:
        calls = calling("hook.example", "other.example", resolve=lambda *_: ["127.0.0.1"])
        with pytest.raises(OutgoingFailed, match="SSLCertVerificationError"):
            calls.request("GET", f"https://hook.example:{served.port}/")  # nobody we know signed it
        calls._tls.load_verify_locations(certificate)
        assert calls.request("GET", f"https://hook.example:{served.port}/").body == b"sealed"
        with pytest.raises(OutgoingFailed, match="SSLCertVerificationError"):
            calls.request("GET", f"https://other.example:{served.port}/")
