"""Your own account: name, password, second factor, sessions."""

from http import HTTPStatus
from typing import Any

import segno
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from hatua.analytics.timerange import iso_utc
from hatua.dashboard_api.access import caller_of, session_of_caller
from hatua.dashboard_api.cookies import no_cookie
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.people_shapes import (
    Account,
    AccountChanges,
    Code,
    NewSecondFactor,
    PasswordChange,
    Proof,
    RecoveryCodes,
    session_of,
)
from hatua.dashboard_api.rooms import rooms_of
from hatua.dashboard_api.shapes import user_of
from hatua.registry.totp import uri

AnyRequest = Request[Any, Any, Any]


class AccountController(Controller):
    path = "/api/account"
    tags = ("account",)

    @get(
        "/", operation_id="getAccount", summary="How your account is guarded; where it is signed in", responses=PROBLEMS
    )
    async def read(self, request: AnyRequest) -> Account:
        return await _account(request)

    @patch("/", operation_id="changeAccount", summary="Change your name", responses=PROBLEMS)
    async def change(self, request: AnyRequest, data: JSONBody[AccountChanges]) -> Account:
        rooms, caller = rooms_of(request), caller_of(request)
        if data.name is not UNSET:
            await rooms.in_thread(rooms.registry.rename_user, caller.id, data.name, by=caller.actor)
        return await _account(request)

    @post(
        "/password",
        operation_id="changePassword",
        summary="Set a new password; every other session of yours ends",
        responses=PROBLEMS,
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def change_password(self, request: AnyRequest, data: JSONBody[PasswordChange]) -> None:
        rooms, caller, session = rooms_of(request), caller_of(request), session_of_caller(request)
        async with rooms.signing_in:
            guarded = await rooms.in_thread(rooms.registry.account, caller.id)
            if guarded.has_password:
                await _prove(request, data.current_password, needs_code=False)
            await rooms.in_thread(
                rooms.registry.change_password, caller.id, data.password, keep_session=session.id, by=caller.actor
            )

    @post(
        "/sign-out-everywhere",
        operation_id="signOutEverywhere",
        summary="End every session of yours, this one included",
        responses=PROBLEMS,
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def sign_out_everywhere(self, request: AnyRequest) -> Response[None]:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.sign_out_everywhere, caller.id, by=caller.actor)
        return Response(None, status_code=HTTPStatus.NO_CONTENT, cookies=[no_cookie(request)])

    @delete("/sessions/{session_id:str}", operation_id="endSession", summary="Sign one browser out", responses=PROBLEMS)
    async def end_session(self, request: AnyRequest, session_id: FromPath[str]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.end_session, caller.id, session_id, by=caller.actor)

    @post(
        "/second-factor",
        operation_id="beginSecondFactor",
        summary="A secret for your authenticator app; counts once confirmed with a code",
        responses=PROBLEMS,
    )
    async def begin(self, request: AnyRequest, data: JSONBody[Proof]) -> NewSecondFactor:
        rooms, caller = rooms_of(request), caller_of(request)
        async with rooms.signing_in:
            await _prove(request, data.password, needs_code=False)
        secret = await rooms.in_thread(rooms.registry.begin_second_factor, caller.id)
        address = uri(secret, session_of_caller(request).member.email)
        rows = ["".join("1" if dark else "0" for dark in row) for row in segno.make_qr(address, error="m").matrix]
        return NewSecondFactor(secret=secret, uri=address, qr=rows)

    @post(
        "/second-factor/confirm",
        operation_id="confirmSecondFactor",
        summary="Switch it on with a first code; answers with the recovery codes",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def confirm(self, request: AnyRequest, data: JSONBody[Code]) -> RecoveryCodes:
        rooms, caller = rooms_of(request), caller_of(request)
        return RecoveryCodes(
            codes=await rooms.in_thread(rooms.registry.confirm_second_factor, caller.id, data.code, by=caller.actor)
        )

    @post(
        "/second-factor/recovery-codes",
        operation_id="renewRecoveryCodes",
        summary="Ten new recovery codes; the old ones stop working",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def renew_codes(self, request: AnyRequest, data: JSONBody[Proof]) -> RecoveryCodes:
        rooms, caller = rooms_of(request), caller_of(request)
        async with rooms.signing_in:
            await _prove(request, data.password, data.code)
        return RecoveryCodes(
            codes=await rooms.in_thread(rooms.registry.renew_recovery_codes, caller.id, by=caller.actor)
        )

    @post(
        "/second-factor/remove",
        operation_id="removeSecondFactor",
        summary="Your password is enough again",
        responses=PROBLEMS,
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def remove(self, request: AnyRequest, data: JSONBody[Proof]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        async with rooms.signing_in:
            await _prove(request, data.password, data.code)
        await rooms.in_thread(rooms.registry.remove_second_factor, caller.id, by=caller.actor)


async def _account(request: AnyRequest) -> Account:
    rooms, caller, current = rooms_of(request), caller_of(request), session_of_caller(request)
    record = await rooms.in_thread(rooms.registry.account, caller.id)
    sessions = await rooms.in_thread(rooms.registry.sessions, caller.id)
    members = await rooms.in_thread(rooms.registry.members, caller.tenant_id)
    since = record.second_factor_since
    return Account(
        user=next((user_of(each) for each in members if each.user_id == caller.id), user_of(current.member)),
        has_password=record.has_password,
        second_factor_since=None if since is None else iso_utc(since),
        recovery_codes_left=record.recovery_codes_left,
        sessions=[session_of(each, current.id) for each in sessions],
    )


async def _prove(request: AnyRequest, password: str, code: str = "", *, needs_code: bool = True) -> None:
    """Whoever finds an unlocked screen must not change what guards the account. Counted like a sign-in."""
    rooms, session = rooms_of(request), session_of_caller(request)
    await rooms.in_thread(
        rooms.registry.prove,
        session.member.email,
        password,
        rooms.client_address(request.scope),
        code=code,
        needs_code=needs_code,
    )
