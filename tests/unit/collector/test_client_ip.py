"""Whose address counts behind proxies, trusted and not."""

import pytest

from hatua.base.errors import InvalidSetting
from hatua.collector.client_ip import Networks, client_ip, parse_networks, rate_key

TRUSTED = Networks(parse_networks("10.0.0.0/8, 127.0.0.1, 2001:db8::/32", "HATUA_TRUSTED_PROXIES"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("41.90.1.1", "6.6.6.6", "41.90.1.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "41.90.1.1", "41.90.1.1"),
        ("10.0.0.1", "6.6.6.6, 41.90.1.1", "41.90.1.1"),
        ("10.0.0.1", "6.6.6.6, 41.90.1.1, 10.9.9.9, 127.0.0.1", "41.90.1.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "41.90.1.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "41.90.1.1, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "41.90.1.1:4711", "41.90.1.1"),
        ("10.0.0.1", "[2a02::1]:4711", "2a02::1"),
        ("10.0.0.1", "2A02:0::1", "2a02::1"),
        ("10.0.0.1", "::ffff:41.90.1.1", "41.90.1.1"),
        ("::ffff:10.0.0.1", "41.90.1.1", "41.90.1.1"),
        ("2001:db8::7", "41.90.1.1", "41.90.1.1"),
        ("", "41.90.1.1", ""),
        ("10.0.0.1", ",,,", "10.0.0.1"),
        ("10.0.0.1", "<script>", "10.0.0.1"),
    ],
)
def test_the_rightmost_address_that_is_no_trusted_proxy_counts(peer: str, forwarded: str, expected: str) -> None:
    assert client_ip(peer, forwarded, TRUSTED) == expected


def test_without_trusted_proxies_only_the_socket_counts() -> None:
    assert client_ip("10.0.0.1", "41.90.1.1", Networks(())) == "10.0.0.1"


@pytest.mark.parametrize("text", ["10.0.0.0/33", "nonsense", "10.0.0.0/8;127.0.0.1"])
def test_a_malformed_list_of_networks_is_refused_with_the_settings_name(text: str) -> None:
    with pytest.raises(InvalidSetting, match="HATUA_TRUSTED_PROXIES"):
        parse_networks(text, "HATUA_TRUSTED_PROXIES")


def test_an_ipv6_household_is_one_client() -> None:
    assert rate_key("2a02:1:2:3::1") == rate_key("2a02:1:2:3:ffff::9") == "2a02:1:2:3::"
    assert rate_key("2a02:1:2:4::1") != rate_key("2a02:1:2:3::1")
    assert rate_key("41.90.1.1") == "41.90.1.1"
    assert rate_key("not:an:address") == "not:an:address"
