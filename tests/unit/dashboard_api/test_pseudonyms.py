"""Pseudonyms in a question become what they stand for; personal dimensions are found at any depth."""

from typing import Any

import pytest

from hatua.analytics.funnel_shapes import FunnelPeopleQuestion, FunnelQuestion
from hatua.analytics.journey_shapes import JourneyListQuestion
from hatua.analytics.path_shapes import PathReachSessionsQuestion, PathSessionsQuestion, PathsQuestion
from hatua.analytics.people_shapes import PeopleQuestion
from hatua.analytics.question import read_json
from hatua.analytics.session_shapes import SessionsQuestion
from hatua.analytics.shapes import DimensionValuesQuestion
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


def about(operator: str, value: str, dimension: str = "page_path") -> dict[str, Any]:
    return {"filters": [{"dimension": dimension, "operator": operator, "values": ["/", value]}]}


def at(path: str) -> dict[str, Any]:
    return {"steps": [{"any_of": [{"event": "x", "path": path}]}]}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        (about("is", "/p/A012345678X"), "query.filters[0].values[1]"),
        (about("is_not", "+254 712 345678", "property:note"), "query.filters[0].values[1]"),
        (about("contains", "amina@example.co.ke"), "query.filters[0].values[1]"),
        (about("contains", "/p/A01"), "query.filters[0].values[1]"),
        (about("not_contains", "78X"), "query.filters[0].values[1]"),
        (about("contains", "@example"), "query.filters[0].values[1]"),
        (about("matches", "^/p/A0.{8}X$"), "query.filters[0].values[1]"),
        (about("matches", "[0-4]{9}", "property:note"), "query.filters[0].values[1]"),
        (about("matches", r"\x41"), "query.filters[0].values[1]"),
        (at("/p/A012345678X"), "query.steps[0].any_of[0].path"),
        (at("/p/A01*"), "query.steps[0].any_of[0].path"),
        (at("/*8X/done"), "query.steps[0].any_of[0].path"),
    ],
)
def test_a_text_that_names_or_could_find_out_somebody_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_personal(funnel(**fields), "query")
    assert (refused.value.code, refused.value.path) == ("personal_data", path)


REACH = {"sequence": ["/", "/done"], "step": 2}


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        (PathReachSessionsQuestion, {"sequence": ["/", "/p/A012345678X"], "step": 1}, "query.sequence[1]"),
        (PathReachSessionsQuestion, {**REACH, "next": "/p/A012345678X"}, "query.next"),
        (PathsQuestion, {"start": "/p/A012345678X"}, "query.start"),
        (PathsQuestion, {"end": "/p/A012345678X"}, "query.end"),
        (PathSessionsQuestion, {"step": 0, "from_node": "/p/A012345678X"}, "query.from_node"),
        (PathSessionsQuestion, {"step": 0, "to_node": "0712345678"}, "query.to_node"),
        (JourneyListQuestion, {"name": "amina@example.co.ke"}, "query.name"),
        (
            FunnelPeopleQuestion,
            {
                "steps": [{"any_of": [{"event": "x"}]}],
                "step": 1,
                "breakdown": {"dimension": "page_path"},
                "group": "/p/A012345678X",
            },
            "query.group",
        ),
    ],
)
def test_a_page_or_group_that_names_somebody_is_refused_and_its_pseudonym_is_not(
    kind: type[Any], fields: dict[str, Any], path: str
) -> None:
    asked = read_json(kind, {"project": "p", **fields})
    with pytest.raises(Refused) as refused:
        refuse_personal(asked, "query")
    assert (refused.value.code, refused.value.path) == ("personal_data", path)
    refuse_personal(replaced(asked, MASKER.text), "query")


@pytest.mark.parametrize(
    "fields",
    [
        about("is", "/v2/step-3"),
        about("contains", "/v2/"),
        about("contains", "/mri"),
        about("contains", "iPhone 15", "os"),
        about("matches", r"^/(mri|tot)/\w{2,11}$"),
        about("is", MASKER.text("/p/A012345678X")),
        about("contains", MASKER.text("/p/A012345678X")),
        about("is", "/s/3f2b8a10-1111-4222-8333-123456789012"),
        at("/v2/*/step-3"),
        at(MASKER.text("/p/A012345678X") + "/*"),
    ],
)
def test_what_is_not_about_a_number_of_somebody_may_be_asked(fields: dict[str, Any]) -> None:
    refuse_personal(funnel(**fields), "query")


@pytest.mark.parametrize("text", ["A01", "amina@example.co.ke", "0712"])
def test_a_search_is_held_to_the_same(text: str) -> None:
    for question in (
        SessionsQuestion(project="p", search=text),
        DimensionValuesQuestion(project="p", dimension="page_path", search=text),
    ):
        with pytest.raises(Refused) as refused:
            refuse_personal(question, "query")
        assert refused.value.path == "query.search"
    refuse_personal(SessionsQuestion(project="p", search="Nairobi"), "query")
    refuse_personal(SessionsQuestion(project="p", search="3f2b8a10-1111-4222-8333-123456789012"), "query")
    refuse_personal(DimensionValuesQuestion(project="p", dimension="browser", search="Chrome 120"), "query")


def test_what_is_not_personal_passes() -> None:
    refuse_personal(funnel(per="property:obligation_type", breakdown={"dimension": "country"}), "query")
    refuse_personal(PeopleQuestion(project="p"), "query")
