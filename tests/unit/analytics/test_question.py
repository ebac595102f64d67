"""Reading questions: query strings and JSON alike, strict, with the path of what is wrong."""

from typing import Any

import pytest

from hatua.analytics.cohort_shapes import RetentionQuestion
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import EventMatch, read, read_json
from hatua.analytics.shapes import BreakdownQuestion

ASKED: dict[str, Any] = {"project": "p", "from": "2026-01-01", "to": "2026-01-02", "dimension": "country"}
IS_KE = {"dimension": "country", "operator": "is", "values": ["KE"]}


def test_text_of_a_query_string_and_json_read_the_same() -> None:
    text = {**ASKED, "limit": "5", "filters": '[{"dimension":"country","operator":"is","values":["KE"]}]'}
    assert read(BreakdownQuestion, text) == read(BreakdownQuestion, {**ASKED, "limit": 5, "filters": [IS_KE]})


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({"limit": "0"}, "limit", "expected `int` >= 1; it is '0'"),
        ({"limit": 1_001}, "limit", "expected `int` <= 1000; it is 1001"),
        ({"order": "size"}, "order", "invalid enum value 'size'"),
        ({"filters": "[{"}, "filters", "is not valid JSON"),
        ({"filters": [{**IS_KE, "operator": "like"}]}, "filters[0].operator", "invalid enum value 'like'"),
        ({"filters": [{**IS_KE, "values": [1]}]}, "filters[0].values[0]", "expected `str`, got `int`"),
        ({"filters": [{**IS_KE, "values": []}]}, "filters[0]", "operator is needs at least one value"),
        ({"filters": [IS_KE] * 21}, "filters", "expected `array` of length <= 20"),
        ({"nonsense": 1}, "", "unknown field `nonsense`"),
        ({"dimension": "a\ud800"}, "dimension", "lone surrogate"),
        ({"filters": [{**IS_KE, "values": ["\udfff"]}]}, "filters[0].values[0]", "lone surrogate"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(more: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(InvalidQuestion) as refused:
        read(BreakdownQuestion, {**ASKED, **more})
    assert refused.value.path == path
    assert said in refused.value.message


def test_events_of_a_query_string_are_names_or_json() -> None:
    asked = {"project": "p", "start": "page_view, return_filed", "return": '["click", {"event": "x", "path": "/a,b"}]'}
    question = read(RetentionQuestion, asked)
    assert question.start == (EventMatch(event="page_view"), EventMatch(event="return_filed"))
    assert question.returning == (EventMatch(event="click"), EventMatch(event="x", path="/a,b"))
    with pytest.raises(InvalidQuestion, match="expected `object`"):
        read_json(RetentionQuestion, {**asked, "start": ["page_view"], "return": []})


def test_json_takes_no_text_for_numbers() -> None:
    with pytest.raises(InvalidQuestion, match="expected `int`, got `str`"):
        read_json(BreakdownQuestion, {**ASKED, "limit": "5"})
