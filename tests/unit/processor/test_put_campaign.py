from typing import Any

import pytest

from hatua.processor.context import MAX_WORD_CHARS, NO_CAMPAIGN, Campaign
from hatua.processor.steps.put_campaign import AD_CLICK_IDS, put_campaign
from tests.unit.processor.drafts import draft


def campaign(**context: Any) -> Campaign:
    one = draft(context=context)
    put_campaign(one)
    return one.campaign


@pytest.mark.parametrize(
    "page",
    [
        {"search": "?utm_source=wa&utm_medium=chat&utm_campaign=june&utm_term=t&utm_content=c"},
        {"url": "https://x.ke/a?utm_source=wa&utm_medium=chat&utm_campaign=june&utm_term=t&utm_content=c#frag"},
        {"search": "UTM_Source=wa&utm_medium=chat&utm_campaign=june&utm_term=t&utm_content=c&utm_source=second"},
    ],
)
def test_utm_values_come_from_the_query_of_the_page(page: dict[str, str]) -> None:
    assert campaign(page=page) == Campaign("wa", "chat", "june", "t", "c")


def test_the_campaign_of_the_context_wins_over_the_query() -> None:
    page = {"search": "?utm_source=google&gclid=1"}
    assert campaign(page=page, campaign={"source": "wa"}) == Campaign("wa", paid=True)


@pytest.mark.parametrize("query", ["", "?", "?a=1&b=2", "?note=utm_", "?utm_source="])
def test_a_query_without_a_campaign_gives_none(query: str) -> None:
    assert campaign(page={"search": query}) == NO_CAMPAIGN


@pytest.mark.parametrize("click_id", sorted(AD_CLICK_IDS))
def test_an_advertisements_click_id_marks_a_paid_visit_and_invents_no_source(click_id: str) -> None:
    assert campaign(page={"search": f"?{click_id}=abc"}) == Campaign(paid=True)


def test_facebooks_click_id_is_on_every_link_and_marks_nothing() -> None:
    assert campaign(page={"search": "?fbclid=abc"}) == NO_CAMPAIGN


def test_escapes_are_undone_and_long_values_cut() -> None:
    found = campaign(page={"search": f"?utm_source=Tax%20Day+2026&utm_term={'x' * 300}&utm_content=%F0%9F%98%80"})
    assert found == Campaign("Tax Day 2026", term="x" * MAX_WORD_CHARS, content="😀")
