"""The settings loader: names, types, limits, secrets, and refusal of what it does not know."""

from typing import Annotated

import msgspec
import pytest

from hatua.base.errors import InvalidSetting
from hatua.base.settings import Secret, env, load, refuse_unknown, variables


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    flush_after_ms: Annotated[int, env("FLUSH_INTERVAL_MS"), msgspec.Meta(gt=0)] = 1000
    verbose: Annotated[bool, env("HATUA_VERBOSE")] = False
    password: Annotated[Secret, env("CLICKHOUSE_PASSWORD")] = Secret("")
    colour: Annotated[str | None, env("HATUA_COLOUR")] = None


def test_a_field_is_read_from_its_own_variable() -> None:
    assert variables(Sample) == {
        "flush_after_ms": "FLUSH_INTERVAL_MS",
        "verbose": "HATUA_VERBOSE",
        "password": "CLICKHOUSE_PASSWORD",
        "colour": "HATUA_COLOUR",
    }
    loaded = load(Sample, {"FLUSH_INTERVAL_MS": "250", "HATUA_VERBOSE": "true", "HATUA_COLOUR": "teal"})
    assert (loaded.flush_after_ms, loaded.verbose, loaded.colour) == (250, True, "teal")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load(Sample, {"FLUSH_INTERVAL_MS": ""}).flush_after_ms == 1000


@pytest.mark.parametrize("value", ["soon", "0", "-5"])
def test_a_malformed_value_names_its_variable(value: str) -> None:
    with pytest.raises(InvalidSetting, match="FLUSH_INTERVAL_MS"):
        load(Sample, {"FLUSH_INTERVAL_MS": value})


def test_a_secret_does_not_show_itself() -> None:
    loaded = load(Sample, {"CLICKHOUSE_PASSWORD": "hunter2"})
    assert loaded.password == "hunter2"
    assert "hunter2" not in repr(loaded)


def test_an_unknown_hatua_variable_is_refused_at_boot() -> None:
    with pytest.raises(InvalidSetting, match="HATUA_VERBOSITY"):
        refuse_unknown({"HATUA_VERBOSITY": "1", "HATUA_VERBOSE": "1", "HOME": "/"}, ["HATUA_VERBOSE"])
