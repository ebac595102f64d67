"""One text for each metric and dimension: in the code, in the API, in the docs."""

from pathlib import Path
from typing import get_args

from hatua.analytics.metrics import definitions
from hatua.analytics.shapes import Metric

DOCS = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text("utf-8")


def test_every_metric_is_defined_once() -> None:
    assert [each.key for each in definitions().metrics] == list(get_args(Metric))


def test_the_docs_show_the_same_text() -> None:
    for metric in definitions().metrics:
        assert f"| `{metric.key}` | {metric.label} | {metric.unit} | {metric.definition} |" in DOCS
    for dimension in definitions().dimensions:
        assert f"| `{dimension.key}` | {dimension.label} | {dimension.belongs_to} |" in DOCS
