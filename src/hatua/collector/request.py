"""The facts of one HTTP request that the capture path needs, read in one pass over its headers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec

from hatua.collector.answers import Refusal
from hatua.collector.client_ip import Networks, client_ip
from hatua.contract.limits import MAX_TEXT_CHARS
from hatua.contract.reasons import RequestError

ACCEPTED_TYPES = frozenset((b"", b"application/json", b"text/plain"))
"""text/plain is what a beacon may send without a preflight."""

MAPPED_IPV4 = "::ffff:"
"""How a socket that listens on both families writes an IPv4 address. Nothing else begins so in practice: the range is
reserved for it."""

_UNKNOWN_LENGTH = -1


class Request(msgspec.Struct, gc=False):
    """Header values as the client sent them; absent ones are empty."""

    peer: str
    ip: str = ""
    origin: bytes = b""
    write_key: str = ""
    content_type: bytes = b""
    encoding: str = ""
    length: int = _UNKNOWN_LENGTH
    user_agent: str = ""
    forwarded_for: str = ""
    accept_encoding: bytes = b""
    if_none_match: bytes = b""
    opted_out: bool = False
    """`Sec-GPC: 1` or `DNT: 1`."""


def read_request(scope: Mapping[str, Any], trusted: Networks) -> Request:
    """Raises nothing: what is malformed reads as absent."""
    client = scope.get("client")
    request = Request(client[0].removeprefix(MAPPED_IPV4) if client else "")
    for name, value in scope["headers"]:
        if name == b"content-length":
            request.length = int(value) if value.isdigit() and len(value) < 20 else _UNKNOWN_LENGTH
        elif name == b"content-type":
            request.content_type = value
        elif name == b"user-agent":
            request.user_agent = value[:MAX_TEXT_CHARS].decode("latin-1")
        elif name == b"x-write-key":
            request.write_key = value.decode("latin-1").strip()
        elif name == b"origin":
            request.origin = value
        elif name == b"content-encoding":
            request.encoding = value.decode("latin-1").strip().lower()
        elif name == b"x-forwarded-for":
            text = value.decode("latin-1")
            request.forwarded_for = f"{request.forwarded_for},{text}" if request.forwarded_for else text
        elif name == b"accept-encoding":
            request.accept_encoding = value
        elif name in (b"sec-gpc", b"dnt"):
            request.opted_out = request.opted_out or value.strip() == b"1"
        elif name == b"if-none-match":
            request.if_none_match = value
    request.ip = client_ip(request.peer, request.forwarded_for, trusted)
    if not request.write_key and b"rite" in scope["query_string"]:
        request.write_key = _key_in_query(scope["query_string"])
    return request


def check_media_type(content_type: bytes) -> None:
    """Raises Refusal for a body that is announced as something else than JSON or text."""
    if content_type.partition(b";")[0].strip().lower() not in ACCEPTED_TYPES:
        raise Refusal(
            RequestError.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type is {content_type[:60].decode('latin-1')!r}; accepted are application/json and text/plain",
        )


def _key_in_query(query: bytes) -> str:
    try:
        fields = parse_qs(query.decode("latin-1"), max_num_fields=50)
    except ValueError:
        return ""
    found = fields.get("write_key") or fields.get("writeKey")
    return found[0].strip() if found else ""
