"""The built dashboard: right files, right headers, and nothing from outside of its folder."""

import base64
import gzip
import hashlib
import re
import socket
from pathlib import Path

import pytest

from tests.fixtures.dashboard import DashboardServer, StartDashboard

INLINE = "self.__next_f=self.__next_f||[]"
HOME = f"<!doctype html><title>Overview</title><script>{INLINE}</script><script src=/_next/static/a-1f.js></script>"
SCRIPT = "console.log('x');" * 200


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the static export leaves it, beside a secret that is none of the site's business."""
    folder = tmp_path / "site"
    files = {
        "index.html": HOME,
        "404.html": "<!doctype html><title>Not found</title>",
        "realtime/index.html": "<!doctype html><title>Real time</title>",
        "sign-in.html": "<!doctype html><title>Sign in</title><SCRIPT type='module'>\nlet a = 1;\n</SCRIPT>",
        "realtime/__next._tree.txt": "0:{}",
        "_next/static/a-1f.js": SCRIPT,
        "_next/static/(shell)/page.js": "1",
        "favicon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "fonts/inter.woff2": "wOF2" + "\0" * 2000,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def site(start_dashboard: StartDashboard, built: Path) -> DashboardServer:
    """A server of that folder."""
    return start_dashboard(static_dir=built)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Overview"),
        ("/index.html", "Overview"),
        ("/?project=prj_1&from=2026-01-01", "Overview"),
        ("/realtime", "Real time"),
        ("/realtime/", "Real time"),
        ("/sign-in", "Sign in"),
        ("/sign-in/", "Sign in"),
    ],
)
def test_a_page_is_found_by_its_address(site: DashboardServer, path: str, title: str) -> None:
    answer = site.client().get(path)
    assert answer.status_code == 200
    assert f"<title>{title}</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_an_unknown_page_is_the_sites_own_404_and_an_unknown_api_address_is_json(site: DashboardServer) -> None:
    page = site.client().get("/nothing/here")
    assert page.status_code == 404
    assert "<title>Not found</title>" in page.text
    for path in ("/api/nothing", "/api/dashboard/nothing", "/auth/nothing"):
        answer = site.client().get(path)
        assert answer.status_code == 404
        assert answer.json() == {"error": {"code": "not_found", "message": "There is nothing at this address."}}


def test_a_file_with_a_hash_in_its_name_is_kept_for_ever_and_a_page_is_asked_for_again(site: DashboardServer) -> None:
    client = site.client()
    asset = client.get("/_next/static/a-1f.js")
    assert asset.text == SCRIPT
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"] == "text/javascript; charset=utf-8"
    assert client.get("/_next/static/%28shell%29/page.js").text == "1"
    page = client.get("/")
    again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]
    weak = client.get("/", headers={"If-None-Match": f'"x", W/{page.headers["etag"]}'})
    assert weak.status_code == 304
    assert client.get("/", headers={"If-None-Match": '"x"'}).status_code == 200


def test_text_is_compressed_for_who_can_read_it_and_fonts_are_not(site: DashboardServer) -> None:
    with site.client().stream("GET", "/_next/static/a-1f.js", headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).decode() == SCRIPT
    assert len(raw) < len(SCRIPT) / 5
    assert "accept-encoding" in answer.headers["vary"].lower()
    plain = site.client().get("/_next/static/a-1f.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    font = site.client().get("/fonts/inter.woff2", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in font.headers
    assert font.headers["content-type"] == "font/woff2"


def test_head_says_what_get_would_send(site: DashboardServer) -> None:
    client = site.client(headers={"Accept-Encoding": "identity"})
    got, head = client.get("/"), client.head("/")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert client.head("/nothing").status_code == 404


def test_a_page_may_run_its_own_inline_scripts_and_no_others(site: DashboardServer) -> None:
    def allowed(path: str) -> set[str]:
        policy = dict(part.strip().split(" ", 1) for part in headers(site, path)["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["connect-src"] == "'self'"
        assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
        return set(policy["script-src"].split())

    def hash_of(script: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"

    assert allowed("/") == {"'self'", hash_of(INLINE)}
    assert allowed("/sign-in") == {"'self'", hash_of("\nlet a = 1;\n")}
    assert allowed("/realtime") == {"'self'"}


def headers(site: DashboardServer, path: str) -> dict[str, str]:
    return dict(site.client().get(path).headers)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/_next/static/a-1f.js", "/api/auth/state", "/api/nothing", "/auth/open"]
)
def test_every_answer_carries_the_guarding_headers(site: DashboardServer, path: str) -> None:
    found = headers(site, path)
    assert found["x-content-type-options"] == "nosniff"
    assert found["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in found["content-security-policy"]
    assert found["referrer-policy"] in ("same-origin", "no-referrer")
    if path.startswith("/api"):
        assert found["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/realtime/../../secret.txt",
        "/_next/static/..%2f..%2f..%2fsecret.txt",
        "/%5c..%5csecret.txt",
        "//secret.txt",
        "/secret.txt",
        "/way-out",
        "/index.html%00.txt",
        "/%00",
        "/%ff%fe",
        "/" + "a" * 5_000,
    ],
)
def test_nothing_outside_of_the_folder_is_served(site: DashboardServer, path: str) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))
    status = re.match(rb"HTTP/1.1 (\d{3})", answer)
    assert status is not None
    assert int(status[1]) in (400, 404)
    assert b"\r\n\r\nsecret" not in answer


def test_a_method_that_is_not_for_pages_is_refused_in_json(site: DashboardServer) -> None:
    answer = site.client().post("/realtime")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("folder", [None, "missing", "empty"])
def test_without_a_built_dashboard_a_page_says_how_to_build_it(
    start_dashboard: StartDashboard, tmp_path: Path, folder: str | None
) -> None:
    (tmp_path / "empty").mkdir()
    server = start_dashboard(static_dir=None if folder is None else tmp_path / folder)
    answer = server.client().get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text
    assert server.client().get("/api/auth/state").status_code == 200
