"""Writes small .mmdb files (https://maxmind.github.io/MaxMind-DB/), so that a test can say what an address is."""

import ipaddress
import struct
from pathlib import Path
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_UINT16, _UINT32, _UINT64 = 5, 6, 9


def write_mmdb(path: Path, places: dict[str, dict[str, Any]], ip_version: int) -> Path:
    """`places`: network -> record of strings, maps and lists."""
    nodes: list[list[int | tuple[int] | None]] = [[None, None]]
    data = bytearray()
    for network, record in places.items():
        offset = len(data)
        data += _encoded(record)
        net = ipaddress.ip_network(network)
        bits = f"{int(net.network_address):0{net.max_prefixlen}b}"[: net.prefixlen]
        node = 0
        for bit in bits[:-1]:
            following = nodes[node][int(bit)]
            if not isinstance(following, int):
                nodes.append([None, None])
                following = len(nodes) - 1
                nodes[node][int(bit)] = following
            node = following
        nodes[node][int(bits[-1])] = (offset,)
    count = len(nodes)
    tree = bytearray()
    for record_pair in nodes:
        for value in record_pair:
            number = count if value is None else value if isinstance(value, int) else count + 16 + value[0]
            tree += struct.pack(">I", number)
    metadata = {
        "node_count": (_UINT32, count),
        "record_size": (_UINT16, 32),
        "ip_version": (_UINT16, ip_version),
        "database_type": "Test-City",
        "languages": ["en"],
        "binary_format_major_version": (_UINT16, 2),
        "binary_format_minor_version": (_UINT16, 0),
        "build_epoch": (_UINT64, 1_770_000_000),
        "description": {"en": "made by a test"},
    }
    path.write_bytes(bytes(tree) + bytes(16) + bytes(data) + _MARKER + _encoded(metadata))
    return path


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return _control(2, len(text)) + text
    if isinstance(value, tuple):
        kind, whole = value
        number: bytes = whole.to_bytes(8).lstrip(b"\0")
        return _control(kind, len(number)) + number
    if isinstance(value, dict):
        return _control(7, len(value)) + b"".join(_encoded(key) + _encoded(inner) for key, inner in value.items())
    return _control(11, len(value)) + b"".join(map(_encoded, value))


def _control(kind: int, size: int) -> bytes:
    assert size < 285
    small = min(size, 29)
    head = bytes([(kind << 5) | small]) if kind <= 7 else bytes([small, kind - 7])
    return head + (bytes([size - 29]) if size >= 29 else b"")
