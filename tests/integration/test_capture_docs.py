"""The documentation tells the truth: every curl example is run, every reason and limit is listed."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from hatua.collector.answers import STATUS
from hatua.collector.protocols.wire import WireEvent
from hatua.collector.settings import CollectorSettings
from hatua.contract import limits
from hatua.contract.reasons import RejectReason, RequestError
from tests.fixtures.capture import Project

DOCS = Path(__file__).resolve().parents[2] / "docs"
CAPTURE = (DOCS / "capture-api.md").read_text()
ERRORS = (DOCS / "errors.md").read_text()
EXAMPLES = re.findall(r"```sh\n((?:curl|echo) .*?)```\n\n```json\n(.*?)\n```", CAPTURE, re.DOTALL)


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """The table under a heading: first cell, without back-ticks, to the others."""
    table = text.split(f"\n## {heading}")[1].split("\n## ", maxsplit=1)[0]
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_there_are_examples_and_each_curl_has_an_answer() -> None:
    assert len(EXAMPLES) >= 7
    assert len(EXAMPLES) == len(re.findall(r"curl \"\$HATUA", CAPTURE))


@pytest.mark.parametrize(("command", "answer"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_a_curl_example_answers_what_the_page_says(project: Project, command: str, answer: str) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.replace("curl ", "curl -sS ")],
        env={"HATUA": f"http://127.0.0.1:{project.server.port}", "KEY": project.key, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(answer)
    assert len(project.events) == json.loads(answer)["accepted"]


def test_every_reject_reason_is_documented_and_no_other() -> None:
    assert set(rows(ERRORS, "Why one event was rejected")) == set(RejectReason)


def test_every_request_error_is_documented_with_its_status() -> None:
    documented = {code: int(cells[0]) for code, cells in rows(ERRORS, "Why a whole request was refused").items()}
    assert documented == {error.value: status for error, status in STATUS.items()}
    assert set(documented) == set(RequestError)


@pytest.mark.parametrize("field", WireEvent.__struct_fields__)
def test_every_spelling_of_every_field_is_documented(field: str) -> None:
    assert f"`{field}`" in CAPTURE


def test_the_limits_in_the_page_are_those_of_the_code() -> None:
    table = CAPTURE.split("\n## Limits")[1]
    for value in (
        limits.MAX_EVENTS_PER_REQUEST,
        limits.MAX_BODY_BYTES,
        limits.MAX_NAME_CHARS,
        limits.MAX_ID_CHARS,
        limits.MAX_PROPERTIES_BYTES,
        limits.MAX_PROPERTIES_KEYS,
        limits.MAX_PROPERTIES_DEPTH,
        limits.MAX_CONTEXT_BYTES,
        limits.MAX_CONTEXT_DEPTH,
    ):
        assert f"{value:,}" in table


def test_the_rate_limits_in_the_page_are_the_defaults() -> None:
    settings = CollectorSettings()
    for value in (
        settings.rate_limit_max_requests,
        settings.rate_limit_project_max_requests,
        settings.rate_limit_window_ms,
    ):
        assert f"({value:,})" in CAPTURE
