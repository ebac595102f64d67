"""The preset funnels in the engine: one walk of a journey moves each of its bars by one, and no other journey's end."""

import json
from typing import Any

import pytest

from hatua.analytics import funnel
from hatua.integrations.taxapp.presets import preset_funnels
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event

FORMS = {"mri": "/mri/rental-income", "tot": "/tot/turnover-tax", "nil": "/nil/select-obligation"}
PRESETS = {preset.key.removeprefix("taxapp-"): preset for preset in preset_funnels()}


def walk(code: str, *, prefixed: bool = False) -> list[EventRow]:
    """A journey as the app tells it; with the live app's prefixed names where it has such."""
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("page_view", "/", {}),
        ("click", "/", {"element": f"btn-{code}-start", "obligation_type": code}),
        ("validation_success", f"/{code}/validation", {"obligation_type": code}),
        ("otp_verified", f"/{code}/otp", {"service": code, "method": "sms"}),
        ("page_view", f"{FORMS[code]}/", {}),
        ("return_filed", FORMS[code], {"obligation_type": code, "obligation": "mri"}),
    ]
    if code != "nil":
        said.append(("payment_initiated", f"/{code}/payment", {"prn": "1"}))
    said.append(("process_complete", f"/{code}/done", {"obligation_type": code}))
    if prefixed:
        names = {"validation_success", "return_filed", "process_complete"}
        said = [(f"{code}_{name}", path, {}) if name in names else (name, path, more) for name, path, more in said]
    return [
        event(
            event_id=f"{code}{n}",
            event_name=name,
            event_type="page" if name == "page_view" else "track",
            timestamp=NOON + n * 1_000,
            user_id="A01" if n >= 2 else "",
            page_path=path,
            properties=json.dumps(more),
        )
        for n, (name, path, more) in enumerate(said)
    ]


def bars(warehouse: Warehouse, code: str) -> list[int]:
    question = PRESETS[code].question("p", "2026-03-13", "2026-03-13", "Africa/Nairobi")
    return [step.count for step in funnel.answer(warehouse, question).steps]


@pytest.mark.parametrize("prefixed", [False, True])
@pytest.mark.parametrize("code", FORMS)
def test_one_walk_moves_each_bar_by_one(warehouse: Warehouse, code: str, prefixed: bool) -> None:
    link = LinkRow(tenant_id="t", project_id="p", anonymous_id="a1", user_id="A01", linked_at=NOON + 2_000)
    EventWriter(warehouse).write(walk(code, prefixed=prefixed), [link])
    assert bars(warehouse, code) == [1] * len(PRESETS[code].steps)
    for other in set(FORMS) - {code}:
        assert bars(warehouse, other) == [1, *[0] * (len(PRESETS[other].steps) - 1)]
