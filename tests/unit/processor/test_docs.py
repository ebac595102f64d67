from pathlib import Path
from typing import get_args

import pytest

from hatua.processor.failures import DeadReason
from hatua.processor.steps.referrer_table import CHANNELS
from hatua.warehouse.rows import EventRow, LinkSource

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("field", EventRow.__struct_fields__)
def test_every_field_of_the_stored_event_is_explained(field: str) -> None:
    assert f"`{field}`" in (DOCS / "events.md").read_text()


@pytest.mark.parametrize("reason", DeadReason)
def test_every_reason_of_a_dead_letter_is_explained(reason: DeadReason) -> None:
    assert f"| `{reason}` |" in (DOCS / "events.md").read_text()


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_that_a_visit_comes_from_is_explained(channel: str) -> None:
    assert f"**{channel}**" in (DOCS / "events.md").read_text()


@pytest.mark.parametrize("source", get_args(LinkSource))
def test_every_source_of_a_link_is_explained(source: str) -> None:
    assert f"| `{source}` |" in (DOCS / "identity.md").read_text()
