"""Schemathesis asks every operation of our own OpenAPI document, well and badly, on a real server: no 5xx, and every
answer as the document says. Bounded in examples, so in time."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as of_openapi

from hatua.dashboard_api.app import openapi_document
from hatua.dashboard_api.settings import DashboardApiSettings
from tests.fixtures.dashboard import DashboardServer, StartDashboard

EXAMPLES = 4
CHECKS = [
    checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_schema_conformance,
]
ENDLESS = {("GET", "/api/dashboard/live")}
ENDS_THE_SESSION = {("POST", "/api/auth/logout"), ("POST", "/api/account/sign-out-everywhere")}


@pytest.fixture
def server(start_dashboard: StartDashboard) -> DashboardServer:
    """A server that does not count how often it is asked."""
    return start_dashboard(settings=DashboardApiSettings(rate_limit_requests=0, sign_in_requests=0))


def operations() -> list[Any]:
    """Every operation of the document that answers and ends."""
    schema = schemathesis.openapi.from_dict(openapi_document())
    found = list(schema.get_all_operations())
    assert all(isinstance(each, Ok) for each in found)
    return [each.ok() for each in found if isinstance(each, Ok)]


def well_or_badly(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as the document allows them, and requests that break it somewhere."""
    return st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]).flatmap(
        lambda mode: operation.as_strategy(generation_mode=mode)
    )


def test_every_operation_of_the_document_is_answered_as_the_document_says(server: DashboardServer) -> None:
    asked: set[tuple[str, str]] = set()
    statuses: set[int] = set()
    wrong: list[str] = []
    for operation in operations():
        route = (operation.method.upper(), operation.path)
        if route in ENDLESS:
            continue
        asked.add(route)
        admin = server.signed_in("admin")
        clients = [admin, server.with_key("manage", "export")]

        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.quiet,
        )
        @given(case=well_or_badly(operation), who=st.sampled_from(clients), ours=st.booleans())
        def ask(case: Any, who: httpx.Client, ours: bool) -> None:
            if ours and isinstance(case.query, dict) and "project" in case.query:
                case.query["project"] = server.project_id  # else nearly all ends with an unknown project
            if ours and isinstance(case.path_parameters, dict) and "project_id" in case.path_parameters:
                case.path_parameters["project_id"] = server.project_id
            cookies = {} if "Authorization" in who.headers else {"hatua_session": who.cookies["hatua_session"]}
            headers = {
                name: value for name, value in who.headers.items() if name.lower() in ("authorization", "x-hatua-csrf")
            }
            answer = case.call(base_url=server.url, headers=headers, cookies=cookies, timeout=30)
            statuses.add(answer.status_code)
            if answer.status_code in (414, 431):
                return  # longer than a request line may be: the HTTP server's own answer, before ours
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except (FailureGroup, Failure) as broken:
            wrong.append(f"{' '.join(route)}: {broken}")
        if route not in ENDS_THE_SESSION:
            assert admin.get("/api/auth/state").status_code == 200
    documented = {
        (method.upper(), path)
        for path, item in openapi_document()["paths"].items()
        for method in item
        if method != "options"
    }
    assert asked == documented - ENDLESS
    assert not wrong, "\n".join(wrong)
    assert statuses >= {200, 400, 404}
    assert server.client().get("/api/auth/state").status_code == 200
