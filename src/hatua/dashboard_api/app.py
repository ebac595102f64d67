"""The dashboard API and the built dashboard as one Litestar application."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from litestar import Litestar, Request, route
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, Message, Scope

import hatua
from hatua.analytics.funnel_shapes import FunnelDefinition
from hatua.base.clock import Clock
from hatua.base.rates import SharedLimiter
from hatua.dashboard_api.access import SESSION_COOKIE, only_permitted
from hatua.dashboard_api.asking import Askings, Engine
from hatua.dashboard_api.controllers import sign_on
from hatua.dashboard_api.controllers.account import AccountController
from hatua.dashboard_api.controllers.analytics import AnalyticsController
from hatua.dashboard_api.controllers.api_keys import ApiKeyController
from hatua.dashboard_api.controllers.audit import AuditController
from hatua.dashboard_api.controllers.auth import AuthController, open_link
from hatua.dashboard_api.controllers.behaviour import BehaviourController
from hatua.dashboard_api.controllers.errors import ErrorController
from hatua.dashboard_api.controllers.events import EventController
from hatua.dashboard_api.controllers.funnels import FunnelController
from hatua.dashboard_api.controllers.invited import InvitedController
from hatua.dashboard_api.controllers.ledger import LedgerController
from hatua.dashboard_api.controllers.members import InvitationController, MemberController
from hatua.dashboard_api.controllers.people import PeopleController
from hatua.dashboard_api.controllers.persons import PersonController
from hatua.dashboard_api.controllers.projects import ProjectController
from hatua.dashboard_api.controllers.query import QueryController
from hatua.dashboard_api.controllers.saved_funnels import SavedFunnelController
from hatua.dashboard_api.controllers.sessions import SessionController
from hatua.dashboard_api.cookies import by_tls
from hatua.dashboard_api.desk import Desk
from hatua.dashboard_api.doors import Doors
from hatua.dashboard_api.errors import answer_error
from hatua.dashboard_api.live import LiveHub
from hatua.dashboard_api.log_admin import LogAdmin
from hatua.dashboard_api.openapi import FinishedDocument, finished
from hatua.dashboard_api.rates import Rates
from hatua.dashboard_api.revalidation import not_modified
from hatua.dashboard_api.rooms import MAX_SIGN_INS_AT_ONCE, Rooms, rooms_of, socket_address
from hatua.dashboard_api.saved_funnels import presets_of
from hatua.dashboard_api.settings import DashboardApiSettings
from hatua.dashboard_api.site import Site
from hatua.privacy.people import People
from hatua.privacy.projects import ProjectDeleting
from hatua.registry.store import Registry

MAX_BODY_BYTES = 65_536
"""The largest request besides questions is a list of 100 origins."""

AnyRequest = Request[Any, Any, Any]


def make_dashboard_api(
    settings: DashboardApiSettings,
    *,
    warehouse: Engine,
    registry: Registry,
    clock: Clock,
    static_dir: Path | None,
    client_address: Callable[[Scope], str] = socket_address,
    log: LogAdmin | None = None,
    people: People | None = None,
    deleting: ProjectDeleting | None = None,
    doors: Doors | None = None,
    presets: Sequence[FunnelDefinition] = (),
) -> Litestar:
    """An ASGI app for /api/*, /auth/* and everything of the built dashboard.

    Run it inside `async with app.lifespan():` (or under a server that speaks the lifespan protocol), so that live
    streams end when the process stops. `client_address` tells whose sign-in failures count together; behind a proxy
    the socket's address is the proxy's. `doors`: e-mail and single sign-on, where there are any. `log`, `people` and
    `deleting`: None, and the ledger, the dead letters, what concerns one person's rights and the deletion of a project
    answer 503 `no_log`. `presets`: the
    funnels that a new project starts with."""
    desk = Desk(settings.query_threads, settings.query_queue, settings.query_wait_ms)
    rooms = Rooms(
        settings=settings,
        registry=registry,
        warehouse=warehouse,
        clock=clock,
        client_address=client_address,
        desk=desk,
        askings=Askings(warehouse, desk, settings.question_timeout_ms),
        live=LiveHub(warehouse, clock, settings),
        site=Site(static_dir),
        signing_in=asyncio.Semaphore(MAX_SIGN_INS_AT_ONCE),
        log=log,
        people=people,
        deleting=deleting,
        rates=Rates(settings, clock),
        doors=doors or Doors(),
        presets=presets_of(presets),
    )
    return _application(State({"rooms": rooms}))


async def end_what_is_under_way(app: Litestar) -> None:
    """To be called before the server stops: it waits for answers under way, and a live stream has no end of its own,
    a question half a minute. Questions that still come in are answered 503."""
    rooms: Rooms | None = app.state.get("rooms")
    if rooms is not None:
        await rooms.live.close()
        rooms.desk.close()
        await asyncio.to_thread(rooms.askings.end_all)


def limiters_of(app: Litestar) -> Mapping[str, SharedLimiter]:
    """The rate limits of this process, by name, for sharing them with others that serve the same people."""
    rooms: Rooms = app.state.rooms
    return rooms.rates.limiters


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document, without any store."""
    return finished(_application(State()).openapi_schema.to_schema())


@route(["/", "/{path:path}"], http_method=["GET", "HEAD"], include_in_schema=False, own_encoding=True)
async def _site(request: AnyRequest) -> ASGIApp:
    if request.scope["path"].startswith(("/api/", "/auth/")):
        raise NotFoundException  # the pages' 404 is for people
    return cast(ASGIApp, rooms_of(request).site.respond)


def _application(state: State) -> Litestar:
    return Litestar(
        route_handlers=[
            AuthController,
            open_link,
            ProjectController,
            ApiKeyController,
            AnalyticsController,
            EventController,
            FunnelController,
            SavedFunnelController,
            BehaviourController,
            SessionController,
            PeopleController,
            ErrorController,
            QueryController,
            LedgerController,
            PersonController,
            AccountController,
            InvitedController,
            MemberController,
            InvitationController,
            AuditController,
            sign_on.leave,
            sign_on.come_back,
            _site,
        ],
        guards=[only_permitted],
        exception_handlers={Exception: answer_error, HTTPStatus.INTERNAL_SERVER_ERROR: answer_error},
        before_send=[not_modified, _guarding_headers],
        lifespan=[_ending],
        state=state,
        request_max_body_size=MAX_BODY_BYTES,
        compression_config=CompressionConfig(
            backend="gzip",
            minimum_size=1_000,
            exclude=["^/api/auth", "^/api/account", "^/api/dashboard/live"],
            exclude_opt_key="own_encoding",
        ),
        openapi_config=OpenAPIConfig(
            title="Hatua dashboard API",
            version=hatua.__version__,
            path="/api/schema",
            render_plugins=[FinishedDocument()],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "session": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=SESSION_COOKIE),
                    "api_key": SecurityScheme(type="http", scheme="bearer"),
                },
            ),
        ),
        logging_config=None,
        debug=False,
    )


@asynccontextmanager
async def _ending(app: Litestar) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await end_what_is_under_way(app)


async def _guarding_headers(message: Message, scope: Scope) -> None:
    """On every answer, errors included. Answers of the API are nobody's to cache, frame or run."""
    if message["type"] != "http.response.start":
        return
    present = {bytes(name).lower() for name, _ in message["headers"]}
    wanted = {
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"no-referrer" if scope["path"].startswith("/auth/") else b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
        b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
        b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
        b"cache-control": b"no-store",
    }
    if by_tls(scope):
        wanted[b"strict-transport-security"] = b"max-age=31536000"
    message["headers"] = [*message["headers"], *((k, v) for k, v in wanted.items() if k not in present)]
