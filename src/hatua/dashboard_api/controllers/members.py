"""Members of an organisation and invitations to it. Admins only."""

import logging
from http import HTTPStatus
from typing import Any

from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from hatua.base.errors import Unavailable
from hatua.dashboard_api import letters
from hatua.dashboard_api.access import caller_of
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.people_shapes import (
    CreatedInvitation,
    Invitations,
    Member,
    MemberChanges,
    Members,
    NewInvitation,
    ResetLink,
    invitation_of,
    member_of,
)
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.registry.model import Invitation

log = logging.getLogger("hatua.dashboard_api")
AnyRequest = Request[Any, Any, Any]


class MemberController(Controller):
    path = "/api/dashboard/members"
    tags = ("people",)

    @get("/", operation_id="listMembers", summary="Everybody in the organisation", responses=PROBLEMS)
    async def list(self, request: AnyRequest) -> Members:
        rooms, caller = rooms_of(request), caller_of(request)
        found = await rooms.in_thread(rooms.registry.member_records, caller.tenant_id)
        return Members(members=[member_of(each) for each in found])

    @patch(
        "/{user_id:str}",
        operation_id="changeMember",
        summary="Give another role; holds from their next request on",
        responses=PROBLEMS,
    )
    async def change(self, request: AnyRequest, user_id: FromPath[str], data: JSONBody[MemberChanges]) -> Member:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.set_role, caller.tenant_id, user_id, data.role, by=caller.actor)
        found = await rooms.in_thread(rooms.registry.member_records, caller.tenant_id)
        return next(member_of(each) for each in found if each.user_id == user_id)

    @delete(
        "/{user_id:str}",
        operation_id="removeMember",
        summary="Out of the organisation, signed out at once",
        responses=PROBLEMS,
    )
    async def remove(self, request: AnyRequest, user_id: FromPath[str]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.remove_member, caller.tenant_id, user_id, by=caller.actor)

    @post(
        "/{user_id:str}/reset-link",
        operation_id="createResetLink",
        summary="A link with which they set a new password; for members of this organisation alone",
        responses=PROBLEMS,
    )
    async def reset_link(self, request: AnyRequest, user_id: FromPath[str]) -> ResetLink:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.check_only_ours, caller.tenant_id, user_id)
        token = await rooms.in_thread(rooms.registry.create_password_reset, user_id, by=caller.actor)
        return ResetLink(path=f"/reset/#token={token}")

    @delete(
        "/{user_id:str}/second-factor",
        operation_id="removeMembersSecondFactor",
        summary="For somebody who lost phone and recovery codes; for members of this organisation alone",
        responses=PROBLEMS,
    )
    async def remove_second_factor(self, request: AnyRequest, user_id: FromPath[str]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.check_only_ours, caller.tenant_id, user_id)
        await rooms.in_thread(rooms.registry.remove_second_factor, user_id, by=caller.actor)


class InvitationController(Controller):
    path = "/api/dashboard/invitations"
    tags = ("people",)

    @get("/", operation_id="listInvitations", summary="The open ones, newest first", responses=PROBLEMS)
    async def list(self, request: AnyRequest) -> Invitations:
        rooms, caller = rooms_of(request), caller_of(request)
        found = await rooms.in_thread(rooms.registry.invitations, caller.tenant_id)
        return Invitations(invitations=[invitation_of(each) for each in found])

    @post(
        "/",
        operation_id="createInvitation",
        summary="A link for one address, once, for a week; mailed too where e-mail is set up",
        responses=PROBLEMS,
    )
    async def create(self, request: AnyRequest, data: JSONBody[NewInvitation]) -> CreatedInvitation:
        rooms, caller = rooms_of(request), caller_of(request)
        made, token = await rooms.in_thread(
            rooms.registry.invite, caller.tenant_id, data.email, data.role, by=caller.actor
        )
        path = f"/invitation/#token={token}"
        inviter = caller.session.member.name if caller.session else made.tenant_name
        mailed = await rooms.in_thread(_mailed, rooms, made, inviter, path)
        return CreatedInvitation(invitation=invitation_of(made), path=path, mailed=mailed)

    @delete(
        "/{invitation_id:str}",
        operation_id="withdrawInvitation",
        summary="The link stops working",
        responses=PROBLEMS,
        status_code=HTTPStatus.NO_CONTENT,
    )
    async def withdraw(self, request: AnyRequest, invitation_id: FromPath[str]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.withdraw_invitation, caller.tenant_id, invitation_id, by=caller.actor)


def _mailed(rooms: Rooms, made: Invitation, inviter: str, path: str) -> bool:
    if rooms.doors.mailer is None:
        return False
    letter = letters.invitation(made.tenant_name, made.role, inviter, rooms.doors.public_url + path)
    try:
        rooms.doors.mailer.send(made.email, letter.subject, letter.text)
    except Unavailable as problem:
        log.warning("an invitation could not be mailed: %s", problem)
        return False
    return True
