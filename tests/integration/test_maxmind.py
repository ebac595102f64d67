"""MaxMind's data, fetched with a licence key, against a stand-in for MaxMind's download server."""

import threading
from pathlib import Path

import msgspec
import pytest

from hatua.base.outgoing import Outgoing, OutgoingFailed, OutgoingRefused
from hatua.base.settings import Secret
from hatua.cli.geoip import geoip_path, locating
from hatua.cli.settings import Settings, read_settings
from hatua.processor.draft import Place
from hatua.processor.maxmind import MaxMindData, MaxMindFailed, MaxMindSettings
from hatua.processor.steps.put_geo import GeoReader
from tests.fixtures.maxmind import ACCOUNT, CITIES, EDITION, KEY, MaxMind, calling
from tests.unit.processor.mmdb import write_mmdb

LONDON, KISUMU = Place("GB", "England", "London"), Place("KE", "Kisumu County", "Kisumu")
SOMEWHERE = "81.2.69.142"


def data_of(maxmind: MaxMind, file: Path, **changes: str | Secret) -> MaxMindData:
    settings = MaxMindSettings(license_key=Secret(KEY), account_id=ACCOUNT, host=maxmind.url)
    return MaxMindData(msgspec.structs.replace(settings, **changes), file, calling())


def moved(tmp_path: Path) -> bytes:
    """A newer database: the same address is somewhere else."""
    record = {
        "country": {"iso_code": "KE"},
        "subdivisions": [{"names": {"en": "Kisumu County"}}],
        "city": {"names": {"en": "Kisumu"}},
    }
    return write_mmdb(tmp_path / "moved.mmdb", {"81.2.69.0/24": record}, 4).read_bytes()


@pytest.mark.parametrize("account", [ACCOUNT, ""])
def test_it_is_fetched_with_the_account_or_with_the_key_alone(maxmind: MaxMind, tmp_path: Path, account: str) -> None:
    file = tmp_path / "kept" / "cities.mmdb"
    assert data_of(maxmind, file, account_id=account).fetch() is True
    assert file.read_bytes() == CITIES.read_bytes()
    assert GeoReader.open(str(file)).locate(SOMEWHERE) == LONDON
    assert [one.name for one in file.parent.iterdir()] == ["cities.mmdb"]


def test_it_is_fetched_again_only_when_there_is_a_newer_one(maxmind: MaxMind, tmp_path: Path) -> None:
    file = tmp_path / "cities.mmdb"
    data = data_of(maxmind, file)
    assert [data.fetch(), data.fetch(), data.fetch()] == [True, False, False]
    assert maxmind.downloads == 1
    maxmind.publish(moved(tmp_path), changed=maxmind.changed + 1)
    assert [data.fetch(), data.fetch()] == [True, False]
    assert GeoReader.open(str(file)).locate(SOMEWHERE) == KISUMU


def test_a_key_that_is_not_known_is_said_without_showing_it(maxmind: MaxMind, tmp_path: Path) -> None:
    for account in (ACCOUNT, ""):
        with pytest.raises(MaxMindFailed, match="does not know this MAXMIND_LICENSE_KEY") as said:
            data_of(maxmind, tmp_path / "x.mmdb", license_key=Secret("wrong-key"), account_id=account).fetch()
        assert "wrong-key" not in str(said.value)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_whole_or_not_a_database_never_replaces_the_file(maxmind: MaxMind, tmp_path: Path) -> None:
    file = tmp_path / "cities.mmdb"
    data = data_of(maxmind, file)
    data.fetch()

    maxmind.publish(b"no database", changed=maxmind.changed + 1)
    with pytest.raises(MaxMindFailed, match="no database"):
        data.fetch()
    maxmind.publish(CITIES.read_bytes(), changed=maxmind.changed + 1, name="README.txt")
    with pytest.raises(MaxMindFailed, match=r"no \.mmdb file"):
        data.fetch()
    maxmind.archive = maxmind.archive[:-100]
    with pytest.raises(MaxMindFailed, match="SHA-256"):
        data.fetch()
    maxmind.status = 503
    with pytest.raises(MaxMindFailed, match="answered 503"):
        data.fetch()
    assert file.read_bytes() == CITIES.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["cities.mmdb"]


def test_a_name_in_the_archive_is_never_a_path(maxmind: MaxMind, tmp_path: Path) -> None:
    maxmind.publish(CITIES.read_bytes(), changed=1_770_000_000, name="../../outside.mmdb")
    file = tmp_path / "a" / "b" / "cities.mmdb"
    assert data_of(maxmind, file).fetch() is True
    assert file.is_file()
    assert not (tmp_path / "outside.mmdb").exists()


def test_a_server_inside_is_not_called_unless_the_operator_allows_it(maxmind: MaxMind, tmp_path: Path) -> None:
    settings = MaxMindSettings(license_key=Secret(KEY), host=maxmind.url)
    with pytest.raises(OutgoingRefused, match="not a public address"):
        MaxMindData(settings, tmp_path / "x.mmdb", Outgoing()).fetch()


def settings_of(maxmind: MaxMind, assets: Path, **more: str) -> Settings:
    return read_settings(
        {
            "MAXMIND_LICENSE_KEY": KEY,
            "HATUA_MAXMIND_URL": maxmind.url,
            "HATUA_OUTGOING_ALLOW": "127.0.0.0/8",
            "HATUA_ASSETS_DIR": str(assets),
            **more,
        }
    )


def wait_until(geo: GeoReader, place: Place) -> None:
    waiting = threading.Event()
    for _ in range(600):
        if geo.locate(SOMEWHERE) == place:
            return
        waiting.wait(0.05)
    raise AssertionError(f"{SOMEWHERE} is still {geo.locate(SOMEWHERE)}")


def test_places_come_from_the_files_at_hand_until_maxminds_are_there(maxmind: MaxMind, tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    (assets / "geoip").mkdir(parents=True)
    (assets / "geoip" / "ours.mmdb").write_bytes(moved(tmp_path))
    settings, data = settings_of(maxmind, assets), tmp_path / "data"
    maxmind.status = 503
    with locating(settings, data) as geo:
        assert geo.locate(SOMEWHERE) == KISUMU
    maxmind.status = 200
    with locating(settings, data) as geo:
        wait_until(geo, LONDON)
    assert geoip_path(settings, data) == str(data / "geoip" / f"{EDITION}.mmdb")
    maxmind.shutdown()  # MaxMind is away: the next start has what was fetched
    with locating(settings, data) as geo:
        assert geo.locate(SOMEWHERE) == LONDON


@pytest.mark.parametrize("chosen", ["folder", "folder/mine.mmdb"])
def test_maxmind_db_path_says_where_the_fetched_file_is_kept(maxmind: MaxMind, tmp_path: Path, chosen: str) -> None:
    settings = settings_of(maxmind, tmp_path / "none", MAXMIND_DB_PATH=str(tmp_path / chosen))
    with locating(settings, tmp_path / "data") as geo:
        wait_until(geo, LONDON)
    assert [one.name for one in (tmp_path / "folder").iterdir()] == [
        Path(chosen).name if "/" in chosen else f"{EDITION}.mmdb"
    ]


def test_a_stop_ends_the_daily_look(maxmind: MaxMind, tmp_path: Path) -> None:
    stop, seen = threading.Event(), threading.Event()
    data = data_of(maxmind, tmp_path / "cities.mmdb")
    thread = threading.Thread(target=data.keep_fresh, args=(lambda _: seen.set(), stop))
    thread.start()
    assert seen.wait(30)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_an_unreachable_server_is_a_failure_that_another_try_may_mend(tmp_path: Path) -> None:
    settings = MaxMindSettings(license_key=Secret(KEY), host="http://127.0.0.1:1")
    with pytest.raises(OutgoingFailed, match="cannot be reached"):
        MaxMindData(settings, tmp_path / "x.mmdb", calling()).fetch()
