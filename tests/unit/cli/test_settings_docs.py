"""docs/settings.md is what `hatua settings --markdown` prints."""

from pathlib import Path

from hatua.cli.schema import described_settings, markdown

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, _, meaning in described_settings() if not meaning] == []


def test_the_settings_page_is_up_to_date() -> None:
    assert (DOCS / "settings.md").read_text() == markdown()
