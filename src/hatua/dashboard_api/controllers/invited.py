"""For people who are nobody here yet: invitations, and forgotten passwords."""

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.params import JSONBody

from hatua.analytics.timerange import iso_utc
from hatua.base.errors import Unavailable
from hatua.dashboard_api import letters
from hatua.dashboard_api.cookies import session_cookie
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.people_shapes import (
    AcceptInvitation,
    InvitationSeen,
    InvitationToken,
    NewPassword,
    ResetRequest,
)
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.dashboard_api.shapes import SignedIn, user_of

log = logging.getLogger("hatua.dashboard_api")
AnyRequest = Request[Any, Any, Any]


class InvitedController(Controller):
    path = "/api/auth"
    tags = ("auth",)

    @post(
        "/invitation",
        operation_id="readInvitation",
        summary="What an invitation offers",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def read(self, request: AnyRequest, data: JSONBody[InvitationToken]) -> InvitationSeen:
        rooms = rooms_of(request)
        seen = await rooms.in_thread(rooms.registry.invitation, data.token)
        return InvitationSeen(
            email=seen.email,
            organisation=seen.tenant_name,
            role=seen.role,
            known=seen.known,
            expires_at=iso_utc(seen.expires_at),
        )

    @post(
        "/invitation/accept",
        operation_id="acceptInvitation",
        summary="Join, and be signed in",
        responses=PROBLEMS,
    )
    async def accept(self, request: AnyRequest, data: JSONBody[AcceptInvitation]) -> Response[SignedIn]:
        rooms = rooms_of(request)
        async with rooms.signing_in:
            session = await rooms.in_thread(
                rooms.registry.accept_invitation,
                data.token,
                name=data.name,
                password=data.password,
                code=data.code,
                address=rooms.client_address(request.scope),
                agent=request.headers.get("user-agent", ""),
            )
        answer = SignedIn(user=user_of(session.member), csrf=session.csrf)
        return Response(answer, status_code=HTTPStatus.CREATED, cookies=[session_cookie(request, session)])

    @post(
        "/reset-request",
        operation_id="requestReset",
        summary="Mail a link for a new password, if there is such an account; which is not said",
        responses=PROBLEMS,
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def request_reset(self, request: AnyRequest, data: JSONBody[ResetRequest]) -> None:
        rooms = rooms_of(request)
        if rooms.doors.mailer is None:
            raise Refused(
                HTTPStatus.CONFLICT,
                "no_mail",
                "This server sends no e-mail; ask an admin for a link to a new password.",
            )
        # After the answer: how long a mail takes would tell which addresses have accounts.
        task = asyncio.create_task(
            asyncio.to_thread(_mail_reset, rooms, data.email, rooms.client_address(request.scope))
        )
        rooms.mailing.add(task)
        task.add_done_callback(rooms.mailing.discard)

    @post(
        "/reset",
        operation_id="resetPassword",
        summary="Set a new password with the link's token; every session of the account ends",
        responses=PROBLEMS,
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def reset(self, request: AnyRequest, data: JSONBody[NewPassword]) -> None:
        rooms = rooms_of(request)
        async with rooms.signing_in:
            await rooms.in_thread(
                rooms.registry.reset_password, data.token, data.password, rooms.client_address(request.scope)
            )


def _mail_reset(rooms: Rooms, email: str, address: str) -> None:
    mailer = rooms.doors.mailer
    try:
        token = rooms.registry.password_reset_for_mail(email, address)
        if token is None or mailer is None:
            return
        letter = letters.password_reset(f"{rooms.doors.public_url}/reset/#token={token}")
        mailer.send(email.strip(), letter.subject, letter.text)
    except Unavailable as problem:
        log.warning("a link for a new password could not be mailed: %s", problem)
