"""ClickHouse's stand-in prints what fails in it, and nothing about clients that were killed."""

import pytest

from tests.fixtures.clickhouse_http import ClickHouseServer


@pytest.mark.parametrize("problem", [ConnectionResetError("reset by peer"), BrokenPipeError("broken pipe")])
def test_a_client_that_is_gone_is_not_worth_a_word(problem: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert _printed(problem, capsys) == ""


def test_anything_else_that_fails_is_printed_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ValueError: a defect" in _printed(ValueError("a defect"), capsys)


def _printed(problem: Exception, capsys: pytest.CaptureFixture[str]) -> str:
    with ClickHouseServer("nowhere", 0, "default", "") as server:
        try:
            raise problem
        except Exception:
            server.handle_error(None, ("127.0.0.1", 1))
    return capsys.readouterr().err
