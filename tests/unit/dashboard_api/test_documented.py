"""docs/dashboard-api.md knows every route and every error code."""

import re
from pathlib import Path

from hatua.analytics.kinds import KINDS
from hatua.dashboard_api import errors
from hatua.dashboard_api.permissions import PERMISSIONS

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "dashboard-api.md").read_text()


def test_every_route_of_the_api_is_documented() -> None:
    routes = {(method, path) for method, path in PERMISSIONS if path.startswith(("/api", "/auth"))}
    assert {(m, p) for m, p in routes if f"`{m} {p}`" not in TEXT and f"`{m} {p}?" not in TEXT} == set()


def test_every_kind_of_question_is_documented() -> None:
    assert {name for name in KINDS if f"`{name}`" not in TEXT} == set()


def test_every_error_code_is_documented() -> None:
    source = "".join(path.read_text() for path in Path(errors.__file__).parent.rglob("*.py"))
    used = set(re.findall(r'Refused\(\s*HTTPStatus\.\w+,\s*"(\w+)"', source))
    used |= {code for _, _, code, _ in errors.TABLE} | set(errors._HTTP_CODES.values()) | {"internal"}
    assert len(used) >= 18
    assert {code for code in used if f"`{code}`" not in TEXT} == set()
