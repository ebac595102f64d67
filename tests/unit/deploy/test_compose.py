"""deploy/compose against the Compose Specification's own schema, our settings, and itself. No engine runs here."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml  # type: ignore[import-untyped]

from hatua.cli.settings import all_variables, read_settings

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "compose"
TEXT = (FOLDER / "compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ROLES = ("collector", "processor", "api", "migrate")
STORES = ("redis", "clickhouse", "postgres")

OF_THE_IMAGES = {
    "redis": {"REDISCLI_AUTH"},
    "clickhouse": {"CLICKHOUSE_DB", "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD"},
    "postgres": {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"},
}
"""Variables of their entrypoints, as their documentation says."""

REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def _filled(value: str, given: dict[str, str]) -> str:
    """A value as Compose fills it in."""
    return REFERENCE.sub(lambda m: given.get(m["name"]) or (m["rest"] if m["kind"] == "-" else ""), value)


def test_the_file_keeps_to_the_compose_specification() -> None:
    schema = json.loads((ROOT / "tests" / "fixtures" / "compose-spec.schema.json").read_text())
    validator = jsonschema_rs.validator_for(schema)
    problems = [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in validator.iter_errors(COMPOSE)]
    assert problems == []
    misspelt = {**COMPOSE, "services": {**SERVICES, "api": {**SERVICES["api"], "healthchek": {}}}}
    assert not validator.is_valid(misspelt)


def test_everything_that_the_server_rung_needs_is_there() -> None:
    assert set(SERVICES) == {*ROLES, *STORES}
    assert [SERVICES[role]["command"] for role in ROLES] == [[role] for role in ROLES]


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_of_a_role_is_a_setting_of_ours(role: str) -> None:
    assert set(SERVICES[role]["environment"]) - set(all_variables()) == set()


@pytest.mark.parametrize("store", STORES)
def test_every_variable_of_a_store_is_one_of_its_image(store: str) -> None:
    assert set(SERVICES[store]["environment"]) <= OF_THE_IMAGES[store]


def test_what_the_example_says_is_used_and_what_is_used_is_in_the_example() -> None:
    said = dict(re.findall(r"^(\w+)=(.*)$", (FOLDER / ".env.example").read_text(), re.M))
    used = {match["name"]: match for match in REFERENCE.finditer(TEXT)}
    assert set(said) == set(used)
    assert {name for name, match in used.items() if match["kind"] == "?"} == {n for n, v in said.items() if not v} - {
        "HATUA_TRUSTED_PROXIES",
        "ALLOWED_ORIGINS",
        "MAXMIND_ACCOUNT_ID",
        "MAXMIND_LICENSE_KEY",
    }


def test_the_settings_that_a_role_gets_are_accepted_by_it() -> None:
    given = {name: "abc123" for name in ("REDIS_PASSWORD", "CLICKHOUSE_PASSWORD", "POSTGRES_PASSWORD", "JWT_SECRET")}
    environ = {name: _filled(value, given) for name, value in SERVICES["processor"]["environment"].items()}
    settings = read_settings({**environ, "HATUA_HOST": "0.0.0.0", "HATUA_DATA_DIR": "/data"})
    assert settings.streams.redis_url == "redis://:abc123@redis:6379/0"
    assert settings.process.database_url == "postgresql://hatua:abc123@postgres:5432/hatua"
    assert (settings.warehouse.host, settings.warehouse.user, settings.warehouse.password) == (
        "clickhouse",
        SERVICES["clickhouse"]["environment"]["CLICKHOUSE_USER"],
        "abc123",
    )


def test_every_image_is_pinned_to_a_version() -> None:
    for name, service in SERVICES.items():
        image = _filled(service["image"], {})
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", image), f"{name}: {image}"


def test_every_service_that_stays_is_checked_and_started_again() -> None:
    for name, service in SERVICES.items():
        if name == "migrate":
            assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True})
            continue
        check = service["healthcheck"]
        assert check["test"][0] in ("CMD", "CMD-SHELL"), name
        assert {"interval", "timeout", "retries"} <= set(check), name
        assert service["restart"] == "unless-stopped", name
    assert {SERVICES[role]["healthcheck"]["test"][-1] for role in ("collector", "processor", "api")} == {"/ready"}


def test_roles_start_after_what_they_need() -> None:
    needed = {
        role: {store: how["condition"] for store, how in SERVICES[role].get("depends_on", {}).items()} for role in ROLES
    }
    migrated, healthy = "service_completed_successfully", "service_healthy"
    assert needed == {
        "migrate": {"clickhouse": healthy, "postgres": healthy},
        "collector": {"migrate": migrated, "redis": healthy},
        "processor": {"migrate": migrated, "redis": healthy},
        "api": {"migrate": migrated},
    }


def test_every_store_keeps_its_data_in_a_volume_that_is_declared() -> None:
    for store in STORES:
        assert [volume.split(":")[0] for volume in SERVICES[store]["volumes"]] == [store]
    assert set(COMPOSE["volumes"]) == set(STORES)


def test_redis_loses_nothing_that_was_acknowledged_and_evicts_nothing() -> None:
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "always"
    assert options["--maxmemory-policy"] == "noeviction"


def test_the_stores_are_reached_by_nobody_from_outside() -> None:
    assert COMPOSE["networks"]["stores"]["internal"] is True
    for store in STORES:
        assert SERVICES[store]["networks"] == ["stores"]
        assert "ports" not in SERVICES[store]
    assert "ports" not in SERVICES["processor"]
    for role in ("collector", "api"):
        (published,) = SERVICES[role]["ports"]
        assert _filled(published, {}).startswith("127.0.0.1:")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_no_more_rights_than_it_needs_and_time_to_end(role: str) -> None:
    service = SERVICES[role]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > 10
