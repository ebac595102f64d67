"""The demo Tax App's files, asked for as a browser asks."""

import asyncio
import base64
import hashlib
import re
from typing import Any

import httpx
import pytest

from hatua.integrations.taxapp.journeys import JOURNEYS, PAGE_PATHS
from hatua.integrations.taxapp.site import make_demo_site


def get(path: str, method: str = "GET", headers: dict[str, str] | None = None, host: str = "") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=make_demo_site("wk_demo", host))
        async with httpx.AsyncClient(transport=transport, base_url="http://tax.example") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def test_config_json_gives_the_write_key_and_the_host() -> None:
    answer = get("/demo/config.json", host="https://in.example")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == {"write_key": "wk_demo", "host": "https://in.example"}
    assert get("/demo/config.json").json()["host"] == ""


@pytest.mark.parametrize("path", sorted(PAGE_PATHS))
def test_every_page_of_the_journeys_is_the_app(path: str) -> None:
    answer = get(f"/demo{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Tax App</title>" in answer.text


def test_a_path_that_is_no_page_is_the_app_with_404() -> None:
    for path in ("/demo/mri", "/demo/../pyproject.toml", "/demo/assets/../app.js", "/demo/assets/none.js"):
        answer = get(path)
        assert answer.status_code == 404
        assert "<title>Tax App</title>" in answer.text


def test_the_folder_without_a_slash_redirects_and_keeps_the_query() -> None:
    answer = get("/demo?utm_source=sms")
    assert answer.status_code == 308
    assert answer.headers["location"] == "/demo/?utm_source=sms"


def test_files_that_the_page_asks_for_are_there_with_their_types() -> None:
    page = get("/demo/").text
    asked = set(re.findall(r'(?:href|src)="(/demo/assets/[^"]+)"', page))
    seen: set[str] = set()
    while asked - seen:
        path = (asked - seen).pop()
        seen.add(path)
        answer = get(path)
        assert answer.status_code == 200, path
        if path.endswith(".js"):
            assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
            asked |= {f"/demo/assets/{name}" for name in re.findall(r"from '\./([^']+)'", answer.text)}
    assert {"/demo/assets/app.js", "/demo/assets/steps.js", "/demo/assets/style.css"} <= seen


def test_the_pages_of_a_journey_are_the_ones_the_app_draws() -> None:
    source = get("/demo/assets/journeys.js").text
    drawn = dict(re.findall(r"code: '(\w+)',.*?steps: \[(.*?)\]", source, re.DOTALL))
    for journey in JOURNEYS:
        steps = re.findall(r"'([^']+)'", drawn[journey.code])
        assert tuple(f"/{journey.code}/{step}" for step in steps) == journey.pages


def test_the_content_security_policy_allows_the_one_inline_script_by_its_hash() -> None:
    answer = get("/demo/", host="https://in.example")
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "connect-src 'self' https://in.example;" in policy
    assert "unsafe-inline" not in policy


def test_an_unchanged_file_is_not_sent_again() -> None:
    first = get("/demo/assets/app.js")
    again = get("/demo/assets/app.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_head_says_the_length_and_sends_no_body() -> None:
    answer = get("/demo/", method="HEAD")
    assert int(answer.headers["content-length"]) == len(get("/demo/").content)
    assert answer.content == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused(method: str) -> None:
    answer = get("/demo/", method=method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_scopes_that_are_not_http_are_left_alone() -> None:
    async def nothing(*_: Any) -> Any:
        raise AssertionError("neither received from nor sent to")

    async def start() -> None:
        await make_demo_site("wk_demo")({"type": "lifespan"}, nothing, nothing)

    asyncio.run(start())
