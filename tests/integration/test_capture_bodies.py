"""Bodies as bytes: compression, sizes, malformed JSON, and connections that lie. Never a 5xx, and healthy after."""

import gzip
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import brotli
import pytest
from backports import zstd

from hatua.contract.limits import MAX_BODY_BYTES
from tests.fixtures.capture import CaptureServer, Project, event

COMPRESS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}


def padded(size: int) -> bytes:
    """A valid batch of exactly that many bytes: white space is padding."""
    body = json.dumps({"batch": [event()]}).encode()
    return body[:-1] + b" " * (size - len(body)) + b"}"


@pytest.fixture(autouse=True)
def healthy_after(capture_server: CaptureServer) -> Iterator[None]:
    """Whatever a test did, the next client is served."""
    yield
    capture_server.drop_connection()
    assert capture_server.get("/health").status == 200
    assert capture_server.project().send(event()).json["accepted"] == 1


@pytest.mark.parametrize("encoding", [*COMPRESS, "identity", "GZIP", "x-gzip"])
def test_a_compressed_body_is_taken(project: Project, encoding: str) -> None:
    body = json.dumps({"batch": [event(properties={"n": n}) for n in range(50)]}).encode()
    compress = COMPRESS.get(encoding.lower().removeprefix("x-"), bytes)
    assert project.send(compress(body), content_encoding=encoding).json["accepted"] == 50
    assert len(project.events) == 50


def test_zstd_that_does_not_say_its_size_is_taken(project: Project) -> None:
    stream = zstd.ZstdCompressor()
    body = stream.compress(json.dumps(event()).encode()) + stream.flush()
    assert project.send(body, content_encoding="zstd").status == 200


@pytest.mark.parametrize("encoding", ["", *COMPRESS])
def test_a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_413(project: Project, encoding: str) -> None:
    compress = COMPRESS.get(encoding, bytes)
    assert project.send(compress(padded(MAX_BODY_BYTES)), content_encoding=encoding).status == 200
    answer = project.send(compress(padded(MAX_BODY_BYTES + 1)), content_encoding=encoding)
    assert (answer.status, answer.code) == (413, "body_too_large")
    assert "500,000" in answer.json["error"]["message"]
    assert project.ledger.received == 1


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_bomb_is_413_without_being_unpacked(project: Project, encoding: str) -> None:
    bomb = COMPRESS[encoding](bytes(30_000_000))
    assert len(bomb) < MAX_BODY_BYTES
    answer = project.send(bomb, content_encoding=encoding)
    assert (answer.status, answer.code) == (413, "body_too_large")


def test_a_zstd_frame_that_asks_for_a_huge_window_is_refused(project: Project) -> None:
    parameters: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    stream = zstd.ZstdCompressor(options=parameters)
    answer = project.send(stream.compress(padded(1000)) + stream.flush(), content_encoding="zstd")
    assert (answer.status, answer.code) == (400, "invalid_encoding")


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_truncated_stream_or_one_with_a_tail_is_400(project: Project, encoding: str) -> None:
    whole = COMPRESS[encoding](json.dumps({"batch": [event() for _ in range(20)]}).encode())
    for body in (whole[: len(whole) // 2], whole[:-1], whole + b"tail", b"", b"\x00", b"{}"):
        answer = project.send(body, content_encoding=encoding)
        assert (answer.status, answer.code) == (400, "invalid_encoding"), body
    assert project.events == []


@pytest.mark.parametrize("encoding", ["deflate", "compress", "gzip, br", "\u00e9", "x" * 500])
def test_an_unknown_encoding_is_415(project: Project, encoding: str) -> None:
    answer = project.send(zlib.compress(b"{}"), content_encoding=encoding)
    assert (answer.status, answer.code) == (415, "unsupported_encoding")
    assert len(answer.body) < 400


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"not json",
        b"{",
        b'{"batch":[',
        b'{"batch":[{}]} {}',
        b'{"event":"x",}',
        b"{'event':'x'}",
        b'{"event":"x","anonymous_id":"a","properties":{"a":01}}',
        b'{"event":"x","anonymous_id":"a","properties":{"a":NaN}}',
        b'{"event":"x\x00","anonymous_id":"a"}',
        b'{"event":"\\x41","anonymous_id":"a"}',
        b'{"event":"\\ud8zz","anonymous_id":"a"}',
        b"\xff\xfe{\x00}\x00",
        b'{"event":"\xff","anonymous_id":"a"}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"event":"x","anonymous_id":"a","properties":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b'{"batch":' + b"[" * 100_000,
        b"\x1f\x8b\x08\x00",
    ],
    ids=range(19),
)
def test_what_is_not_json_is_400(project: Project, body: bytes) -> None:
    answer = project.send(body)
    assert (answer.status, answer.code) == (400, "invalid_json")
    assert (answer.json["accepted"], answer.json["rejected"]) == (0, [])
    assert project.ledger.received == 0


@pytest.mark.parametrize("body", [b"null", b"true", b"5", b'"text"', b"1.5", b"-0"])
def test_json_that_is_no_object_or_array_is_400(project: Project, body: bytes) -> None:
    answer = project.send(body)
    assert (answer.status, answer.code) == (400, "invalid_body")


@pytest.mark.parametrize("batch", [b'"x"', b"{}", b"5", b"true", b'{"0":{}}'])
def test_a_batch_that_is_no_array_is_400(project: Project, batch: bytes) -> None:
    answer = project.send(b'{"batch":%b}' % batch)
    assert (answer.status, answer.code) == (400, "invalid_body")
    assert answer.json["error"]["message"].startswith("batch is ")


def test_a_byte_order_mark_and_white_space_around_are_forgiven(project: Project) -> None:
    sent = json.dumps(event()).encode()
    assert project.send(b"\xef\xbb\xbf" + sent).status == 200
    assert project.send(b"\r\n\t [ " + json.dumps(event()).encode() + b" ] \n").status == 200


def test_of_a_key_given_twice_the_last_counts(project: Project) -> None:
    assert project.send(b'{"event":"first","event":"second","anonymous_id":"a"}').status == 200
    assert project.event.event_name == "second"


def talk(server: CaptureServer, *parts: bytes, end: bool = False) -> bytes:
    """Sends bytes as they are on a connection of their own, and returns everything that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
        return received


def head(project: Project, *lines: str) -> bytes:
    named = ["host: x", "connection: close", f"x-write-key: {project.key}", *lines]
    return ("POST /v1/capture HTTP/1.1\r\n" + "\r\n".join(named) + "\r\n\r\n").encode()


def test_a_chunked_body_is_taken(project: Project) -> None:
    body = json.dumps(event()).encode()
    chunks = [b"%x\r\n%b\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7)]
    answer = talk(project.server, head(project, "transfer-encoding: chunked"), *chunks, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert len(project.events) == 1


def test_a_chunked_body_over_the_limit_is_413(project: Project) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    answer = talk(project.server, head(project, "transfer-encoding: chunked"), *[chunk] * 8, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_broken_chunk_is_a_4xx(project: Project) -> None:
    answer = talk(project.server, head(project, "transfer-encoding: chunked"), b"ZZ\r\nabc\r\n", end=True)
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_body_shorter_than_its_length_is_400_and_nothing_is_taken(project: Project) -> None:
    body = json.dumps(event()).encode()
    answer = talk(project.server, head(project, f"content-length: {len(body) + 1}"), body, end=True)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"incomplete_body"' in answer
    assert project.events == []


def test_a_body_longer_than_its_length_is_cut_there(project: Project) -> None:
    body = json.dumps(event()).encode()
    answer = talk(project.server, head(project, f"content-length: {len(body)}"), body + b"{}")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert len(project.events) == 1


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999999", "1, 2", "+5"])
def test_a_length_that_is_none_is_a_4xx(project: Project, length: str) -> None:
    answer = talk(project.server, head(project, f"content-length: {length}"))
    assert answer.startswith(b"HTTP/1.1 4")


def test_a_client_that_goes_away_leaves_nothing(project: Project) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", project.server.port), timeout=10) as connection:
            connection.sendall(head(project, "content-length: 1000") + b'{"batch":[')
    assert project.ledger.received == 0


def test_a_body_announced_as_gigabytes_is_413_at_once(project: Project) -> None:
    answer = talk(project.server, head(project, "content-length: 5000000000"), b"{" * 100_000, end=True)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_body_of_megabytes_gets_its_413_and_not_a_reset_connection(project: Project) -> None:
    answer = talk(project.server, head(project, "content-length: 3000000"), b" " * 3_000_000)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_huge_headers_are_a_4xx(project: Project) -> None:
    big = head(project, "content-length: 2", "x-junk: " + "j" * 1_000_000)
    with suppress(ConnectionError):  # the server may hang up before it has read them all
        assert talk(project.server, big, b"{}", end=True)[:10] == b"HTTP/1.1 4"


def test_a_write_key_of_100_kb_is_unknown(project: Project) -> None:
    answer = project.send(event(), x_write_key="k" * 100_000)
    assert (answer.status, answer.code) == (401, "unknown_write_key")


def test_requests_one_after_the_other_on_a_connection_are_answered_in_order(project: Project) -> None:
    bodies = [json.dumps(event()).encode(), b"oops", json.dumps(event()).encode()]
    lines = f"POST /v1/capture HTTP/1.1\r\nhost: x\r\nx-write-key: {project.key}\r\n".encode()
    requests = [lines + b"content-length: %d\r\n\r\n%b" % (len(body), body) for body in bodies]
    requests[-1] = requests[-1].replace(b"host: x", b"host: x\r\nconnection: close")
    answers = talk(project.server, b"".join(requests))
    assert [part[:3] for part in answers.split(b"HTTP/1.1 ")[1:]] == [b"200", b"400", b"200"]
