"""Pseudonyms in a question become what they stand for; personal dimensions are found at any depth."""

from typing import Any

import pytest

from hatua.analytics.funnel_shapes import FunnelQuestion
from hatua.analytics.people_shapes import PeopleQuestion
from hatua.analytics.question import read_json
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.masking import Masker
from hatua.dashboard_api.pseudonyms import refuse_personal, replaced

MASKER = Masker("k" * 64)


def funnel(**fields: Any) -> FunnelQuestion:
    return read_json(FunnelQuestion, {"project": "p", "steps": [{"any_of": [{"event": "x"}]}], **fields})


def test_a_pseudonym_is_turned_back_in_every_text_of_a_question() -> None:
    hidden = MASKER.text("/p/A012345678X")
    assert hidden.startswith("/p/pin-")
    about = [{"dimension": "page_path", "operator": "is", "values": [hidden, "/p"]}]
    question = funnel(
        steps=[{"name": hidden, "any_of": [{"event": "x", "path": hidden, "filters": about}]}], filters=about
    )
    real = replaced(question, MASKER.revealed)
    assert real.filters[0].values == ("/p/A012345678X", "/p")
    assert real.steps[0].any_of[0].path == "/p/A012345678X"
    assert real.steps[0].any_of[0].filters[0].values == ("/p/A012345678X", "/p")
    assert replaced(real, MASKER.revealed) == real


def test_a_pseudonym_that_was_not_given_out_stays_as_it_is() -> None:
    assert Masker("j" * 64).revealed(MASKER.user("A012345678X")) == MASKER.user("A012345678X")
    assert MASKER.revealed("user-0123456789 and user-x") == "user-0123456789 and user-x"


def test_no_more_pseudonyms_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hatua.dashboard_api.masking._MOST_GIVEN", 3)
    masker = Masker("k" * 64)
    names = [masker.user(f"A{number}") for number in range(10)]
    assert masker.revealed(names[-1]) == "A9"
    assert len(masker._given) <= 3
    assert [masker.user(f"A{number}") for number in range(10)] == names


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"per": "property:phone"}, "query.per"),
        ({"breakdown": {"dimension": "property:email"}}, "query.breakdown.dimension"),
        ({"filters": [{"dimension": "property:pin", "operator": "exists"}]}, "query.filters[0].dimension"),
    ],
)
def test_a_personal_dimension_is_found(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_personal(funnel(**fields), "query")
    assert (refused.value.code, refused.value.path) == ("personal_data", path)


def test_what_is_not_personal_passes() -> None:
    refuse_personal(funnel(per="property:obligation_type", breakdown={"dimension": "country"}), "query")
    refuse_personal(PeopleQuestion(project="p"), "query")
