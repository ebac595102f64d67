"""Single sign-on against a real provider on this machine: the way there and back, and every way to be lied to."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc.jwk import RSAKey

from hatua.base.clock import system_clock
from hatua.base.errors import InvalidSetting
from hatua.dashboard_api.controllers.sign_on import safe_destination
from hatua.dashboard_api.doors import Doors
from hatua.dashboard_api.provider import KEYS_AT_MOST_EVERY_MS, OidcSettings, Provider, parse_domains
from tests.fixtures.dashboard import DashboardServer, StartDashboard
from tests.fixtures.oidc import OidcProvider
from tests.fixtures.ports import free_port
from tests.fixtures.registry import MovedClock


@pytest.fixture
def server(start_dashboard: StartDashboard, oidc_provider: OidcProvider) -> DashboardServer:
    """A server that relies on the provider; its first organisation has invited otieno@example.org."""
    started = start_dashboard(doors=_doors(oidc_provider.settings))
    started.registry.invite(started.set_up().project.tenant_id, "otieno@example.org", "analyst")
    return started


def _doors(settings: OidcSettings) -> Doors:
    return Doors(provider=Provider(settings, "http://127.0.0.1:1", system_clock))


def leave(client: httpx.Client, next_page: str = "/funnels/?project=prj_1") -> str:
    """The provider's address that the browser is sent to."""
    answer = client.get("/auth/sso", params={"next": next_page})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def come_back(client: httpx.Client, there: str) -> httpx.Response:
    """Signs in at the provider, and follows it back."""
    back = urlsplit(httpx.get(there).headers["location"])
    return client.get(f"{back.path}?{back.query}")


def told(answer: httpx.Response) -> str:
    """The reason that the sign-in page is given."""
    assert "hatua_session" not in answer.headers.get("set-cookie", "")
    location = urlsplit(answer.headers["location"])
    assert (answer.status_code, location.path) == (302, "/sign-in/")
    return parse_qs(location.query)["sso"][0]


def test_an_invited_person_signs_in_and_lands_where_they_wanted(server: DashboardServer) -> None:
    client = server.client()
    assert client.get("/api/auth/state").json()["sign_on"] == {"name": "Example ID", "path": "/auth/sso"}
    there = leave(client)
    asked = parse_qs(urlsplit(there).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:1/auth/sso/callback"]
    assert asked["scope"] == ["openid email profile"]
    answer = come_back(client, there)
    assert (answer.status_code, answer.headers["location"]) == (302, "/funnels/?project=prj_1")
    user = client.get("/api/auth/state").json()["user"]
    assert (user["email"], user["role"], user["name"]) == ("otieno@example.org", "analyst", "Otieno")
    assert "hatua_sign_on" not in client.cookies
    again = server.client()
    assert come_back(again, leave(again)).headers["location"] == "/funnels/?project=prj_1"


def test_who_is_not_invited_stays_outside(server: DashboardServer, oidc_provider: OidcProvider) -> None:
    oidc_provider.person |= {"sub": "person-2", "email": "mallory@example.org"}
    client = server.client()
    assert told(come_back(client, leave(client))) == "not_invited"
    assert server.registry.user_by_email("mallory@example.org") is None


@pytest.mark.parametrize("verified", [False, "true", 1, None])
def test_an_address_that_the_provider_has_not_verified_counts_for_nothing(
    server: DashboardServer, oidc_provider: OidcProvider, verified: Any
) -> None:
    oidc_provider.person["email_verified"] = verified
    client = server.client()
    assert told(come_back(client, leave(client))) == "unverified"


def test_an_address_may_come_from_the_userinfo_of_the_same_person(
    server: DashboardServer, oidc_provider: OidcProvider
) -> None:
    oidc_provider.in_userinfo_only = True
    client = server.client()
    come_back(client, leave(client))
    assert client.get("/api/auth/state").json()["user"]["email"] == "otieno@example.org"
    oidc_provider.token_claims = {"sub": "person-2"}
    other = server.client()
    assert told(come_back(other, leave(other))) == "refused"


@pytest.mark.parametrize(
    "forged",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["another-client", "hatua-client"], "azp": "another-client"},
        {"exp": 1_000_000_000},
        {"iat": None},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_very_sign_in_is_refused(
    server: DashboardServer, oidc_provider: OidcProvider, forged: dict[str, Any]
) -> None:
    oidc_provider.token_claims = forged
    client = server.client()
    assert told(come_back(client, leave(client))) == "refused"


def test_a_token_of_an_unpublished_key_is_refused_and_a_rotated_key_is_fetched(
    start_dashboard: StartDashboard, oidc_provider: OidcProvider
) -> None:
    clock = MovedClock(system_clock())
    server = start_dashboard(doors=Doors(provider=Provider(oidc_provider.settings, "http://127.0.0.1:1", clock)))
    server.registry.invite(server.set_up().project.tenant_id, "otieno@example.org", "analyst")
    client = server.client()
    come_back(client, leave(client))
    oidc_provider.rotate()
    assert told(come_back(client, leave(client))) == "refused", "keys are asked for at most every half minute"
    clock.advance(KEYS_AT_MOST_EVERY_MS)
    assert come_back(client, leave(client)).headers["location"].startswith("/funnels/")
    clock.advance(KEYS_AT_MOST_EVERY_MS)
    oidc_provider.forger = RSAKey.generate_key(2048, {"kid": str(oidc_provider.signing_key.kid)})
    assert told(come_back(client, leave(client))) == "refused"


@pytest.mark.parametrize(
    "meddle",
    [
        lambda query: query.replace("state=", "state=x"),
        lambda query: "&".join(part for part in query.split("&") if not part.startswith("state=")),
        lambda _: "",
        lambda _: "code=%00&state=%00",
    ],
)
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    server: DashboardServer, meddle: Callable[[str], str]
) -> None:
    client = server.client()
    back = urlsplit(httpx.get(leave(client)).headers["location"])
    assert told(client.get(f"{back.path}?{meddle(back.query)}")) == "expired"


def test_the_answer_of_one_browser_is_of_no_use_in_another(server: DashboardServer) -> None:
    mallory, victim = server.client(), server.client()
    leave(victim)
    back = urlsplit(httpx.get(leave(mallory)).headers["location"])
    assert told(victim.get(f"{back.path}?{back.query}")) == "expired"


def test_a_code_is_good_once_and_only_with_its_verifier(server: DashboardServer, oidc_provider: OidcProvider) -> None:
    client = server.client()
    cookie_kept = server.client()
    there = leave(client)
    cookie_kept.cookies.set("hatua_sign_on", client.cookies["hatua_sign_on"], domain="127.0.0.1")
    back = urlsplit(httpx.get(there).headers["location"])
    assert client.get(f"{back.path}?{back.query}").headers["location"].startswith("/funnels/")
    assert told(cookie_kept.get(f"{back.path}?{back.query}")) == "refused"
    oidc_provider.metadata = {}
    assert told(client.get("/auth/sso/callback?error=access_denied&state=x")) == "expired"


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_said_on_the_sign_in_page(
    start_dashboard: StartDashboard, oidc_provider: OidcProvider
) -> None:
    gone = msgspec.structs.replace(oidc_provider.settings, issuer=f"http://127.0.0.1:{free_port()}")
    assert told(start_dashboard(doors=_doors(gone)).client().get("/auth/sso")) == "unavailable"
    oidc_provider.metadata = {"issuer": "https://other.example"}
    assert told(start_dashboard(doors=_doors(oidc_provider.settings)).client().get("/auth/sso")) == "unavailable"
    assert told(start_dashboard().client().get("/auth/sso")) == "unavailable"


def test_people_of_a_mail_domain_may_be_welcome_without_an_invitation(
    start_dashboard: StartDashboard, oidc_provider: OidcProvider
) -> None:
    first = start_dashboard()
    tenant = first.set_up().project.tenant_id
    settings = msgspec.structs.replace(oidc_provider.settings, domains=f"Example.net={tenant}:viewer")
    server = start_dashboard(doors=_doors(settings))
    oidc_provider.person |= {"sub": "person-3", "email": "new@example.net"}
    client = server.client()
    come_back(client, leave(client))
    assert client.get("/api/auth/state").json()["user"]["role"] == "viewer"


def test_settings_that_do_not_fit_are_refused_at_start(oidc_provider: OidcProvider) -> None:
    good = oidc_provider.settings
    for wrong, url in (
        (msgspec.structs.replace(good, client_id=""), "https://a.example"),
        (good, ""),
        (msgspec.structs.replace(good, issuer="http://login.example.org"), "https://a.example"),
        (msgspec.structs.replace(good, domains="example.org=ten_1"), "https://a.example"),
        (msgspec.structs.replace(good, domains="example.org=ten_1:owner"), "https://a.example"),
    ):
        with pytest.raises(InvalidSetting) as refused:
            Provider(wrong, url, system_clock)
        assert good.client_secret not in str(refused.value)
    assert parse_domains(" a.org=ten_1:viewer, b.org = ten_2:admin ") == {
        "a.org": ("ten_1", "viewer"),
        "b.org": ("ten_2", "admin"),
    }


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "", "/a\nb", "/" + "x" * 1_001, "/é"],
)
def test_nobody_is_sent_to_another_site_afterwards(path: str) -> None:
    assert safe_destination(path) == "/"
