"""Signing in and out, first-run set-up, and one-time sign-in links."""

from http import HTTPStatus
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromQuery, JSONBody
from litestar.response import Redirect

import hatua
from hatua.dashboard_api.access import SESSION_COOKIE, caller_of, identify, session_of_caller
from hatua.dashboard_api.cookies import no_cookie, session_cookie
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.people_shapes import AuthState, ChosenOrganisation, Organisation, SignOnOffer
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.dashboard_api.shapes import LoginRequest, SetupDone, SetupRequest, SignedIn, project_of, user_of
from hatua.registry.model import SessionAccess

AnyRequest = Request[Any, Any, Any]

_SPENT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Hatua</title>
<h1>This sign-in link does not work any more</h1>
<p>A link signs in once, within 15 minutes. <a href="/">Sign in with your password</a>, or have the server print
another link.</p></html>
"""


class AuthController(Controller):
    path = "/api/auth"
    tags = ("auth",)

    @get(
        "/state",
        operation_id="getAuthState",
        summary="Who is signed in, and whether set-up is still to be done",
        responses=PROBLEMS,
    )
    async def state(self, request: AnyRequest) -> AuthState:
        rooms = rooms_of(request)
        caller = await identify(request)
        signed_in = caller.session if caller else None
        return AuthState(
            setup_needed=signed_in is None and not await rooms.in_thread(rooms.registry.has_users),
            user=user_of(signed_in.member) if signed_in else None,
            csrf=signed_in.csrf if signed_in else None,
            version=hatua.__version__,
            organisations=await _organisations(rooms, signed_in),
            mail=rooms.doors.mailer is not None,
            sign_on=SignOnOffer(name=rooms.doors.provider.name, path="/auth/sso") if rooms.doors.provider else None,
        )

    @post(
        "/setup",
        operation_id="setUp",
        summary="Make the first admin, the organisation and a project; signs in",
        responses=PROBLEMS,
    )
    async def set_up(self, request: AnyRequest, data: JSONBody[SetupRequest]) -> Response[SetupDone]:
        rooms = rooms_of(request)
        async with rooms.signing_in:
            done = await rooms.in_thread(
                rooms.registry.set_up,
                data.setup_token,
                email=data.email,
                name=data.name,
                password=data.password,
                organisation=data.organisation,
                project_name=data.project_name,
                timezone=data.timezone,
            )
        await rooms.in_thread(rooms.registry.install_presets, done.project.id, rooms.presets)
        answer = SetupDone(user=user_of(done.session.member), csrf=done.session.csrf, project=project_of(done.project))
        return Response(answer, status_code=HTTPStatus.CREATED, cookies=[session_cookie(request, done.session)])

    @post(
        "/login",
        operation_id="logIn",
        status_code=HTTPStatus.OK,
        summary="Sign in with e-mail and password",
        responses=PROBLEMS,
    )
    async def log_in(self, request: AnyRequest, data: JSONBody[LoginRequest]) -> Response[SignedIn]:
        rooms = rooms_of(request)
        address = rooms.client_address(request.scope)
        async with rooms.signing_in:
            session = await rooms.in_thread(
                rooms.registry.sign_in,
                data.email,
                data.password,
                address,
                code=data.code,
                agent=request.headers.get("user-agent", ""),
            )
        answer = SignedIn(user=user_of(session.member), csrf=session.csrf)
        return Response(answer, status_code=HTTPStatus.OK, cookies=[session_cookie(request, session)])

    @post(
        "/logout",
        operation_id="logOut",
        status_code=HTTPStatus.NO_CONTENT,
        summary="End this session",
        responses=PROBLEMS,
    )
    async def log_out(self, request: AnyRequest) -> Response[None]:
        rooms = rooms_of(request)
        await rooms.in_thread(rooms.registry.sign_out, request.cookies.get(SESSION_COOKIE, ""))
        return Response(None, status_code=HTTPStatus.NO_CONTENT, cookies=[no_cookie(request)])

    @post(
        "/organisation",
        operation_id="chooseOrganisation",
        status_code=HTTPStatus.OK,
        summary="Look at another organisation that you belong to",
        responses=PROBLEMS,
    )
    async def choose(self, request: AnyRequest, data: JSONBody[ChosenOrganisation]) -> SignedIn:
        rooms, caller, session = rooms_of(request), caller_of(request), session_of_caller(request)
        member = await rooms.in_thread(rooms.registry.choose_organisation, caller.id, session.id, data.tenant_id)
        return SignedIn(user=user_of(member), csrf=session.csrf)


async def _organisations(rooms: Rooms, signed_in: SessionAccess | None) -> list[Organisation]:
    if signed_in is None:
        return []
    found = await rooms.in_thread(rooms.registry.organisations, signed_in.member.user_id)
    return [Organisation(id=each.id, name=each.name, role=each.role) for each in found]


@get("/auth/open", include_in_schema=False)
async def open_link(request: AnyRequest, token: FromQuery[str] = "") -> Response[Any]:
    """A person opens this in a browser, so a spent link is a page, not JSON."""
    rooms = rooms_of(request)
    address, agent = rooms.client_address(request.scope), request.headers.get("user-agent", "")
    session = await rooms.in_thread(rooms.registry.open_sign_in_link, token, address, agent)
    if session is None:
        return Response(_SPENT, status_code=HTTPStatus.UNAUTHORIZED, media_type="text/html; charset=utf-8")
    return Redirect("/", status_code=302, cookies=[session_cookie(request, session)])
