"""Every kind of question can be hidden, put into columns, and is open to somebody."""

import typing

import pytest

from hatua.analytics.kinds import KINDS
from hatua.analytics.tables import _TABLES
from hatua.dashboard_api.hiding import _HIDERS
from hatua.dashboard_api.permissions import ANALYSIS, OVERVIEW, rule_of_question


def answers() -> set[str]:
    """The names of the answers of all kinds, as their functions say."""
    found: set[str] = set()
    for kind in KINDS.values():
        inner = [cell.cell_contents for cell in kind.answer.__closure__ or ()] or [kind.answer]
        found |= {typing.get_type_hints(each)["return"].__name__ for each in inner}
    return found


def test_every_answer_has_a_rule_of_what_is_personal_in_it_and_a_table() -> None:
    assert len(answers()) >= 20
    assert answers() == {kind.__name__ for kind in _HIDERS} == {kind.__name__ for kind in _TABLES}


@pytest.mark.parametrize("name", list(KINDS))
def test_a_kind_of_question_says_what_its_numbers_mean(name: str) -> None:
    kind = KINDS[name]
    assert kind.name == name
    assert len(kind.definition) > 25
    assert rule_of_question(name) in (OVERVIEW, ANALYSIS)


def test_no_question_has_a_field_that_the_name_of_the_question_would_hide() -> None:
    assert [name for name, kind in KINDS.items() if "question" in kind.question.__struct_encode_fields__] == []
