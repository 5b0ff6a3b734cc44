"""Giving new leads to the staff in turn (LEAD-12, LEAD-13)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice

from pydantic import BaseModel
from sqlalchemy import select

from app.db import db
from app.leads.models import RoundRobinMember
from app.staff import studio
from app.staff.models import Staff

KEY = "leads.round_robin"


class RoundRobin(BaseModel):
    """Whether new leads are given out in turn."""

    is_on: bool = False


def setting() -> RoundRobin:
    return studio.get(KEY, RoundRobin)


def switch(*, on: bool) -> None:
    """Give leads out in turn from now on, or no longer. Leads that exist keep who they have."""
    studio.put(KEY, RoundRobin(is_on=on))


def members() -> list[RoundRobinMember]:
    """The rotation, in its order."""
    return list(db.session.scalars(select(RoundRobinMember).order_by(RoundRobinMember.position)))


def choose_members(staff: Sequence[Staff]) -> None:
    """Say who takes part. Who is in already keeps the place; who is new goes to the end."""
    known = {member.staff_id: member for member in members()}
    wanted = {person.id for person in staff}
    for staff_id in known.keys() - wanted:
        db.session.delete(known[staff_id])
    last = max((member.position for member in known.values()), default=0)
    newcomers = [person for person in staff if person.id not in known]
    db.session.add_all(
        RoundRobinMember(staff=person, position=last + place) for place, person in enumerate(newcomers, start=1)
    )
    db.session.flush()


def hold_turn() -> RoundRobinMember | None:
    """Whose turn it is, or None when leads are not given out in turn."""
    return next(iter(hold_turns(1)), None)


def hold_turns(count: int) -> list[RoundRobinMember]:
    """Whose the next turns are, or nobody's when leads are not given out in turn.

    The rotation is held until the transaction ends: two leads that arrive at once get two different people. Accounts
    that are switched off are passed over.
    """
    if not setting().is_on:
        return []
    rotation = db.session.scalars(
        select(RoundRobinMember)
        .order_by(RoundRobinMember.position)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    last = max(rotation, key=lambda member: member.last_turn, default=None)
    if last is None:
        return []
    active = set(db.session.scalars(select(Staff.id).where(Staff.is_active_account, Staff.id.in_(_ids(rotation)))))
    after = last.position if last.last_turn else 0
    in_order = sorted(rotation, key=lambda member: (member.position <= after, member.position))
    return list(islice(cycle([member for member in in_order if member.staff_id in active]), count))


def pass_on(*turns: RoundRobinMember) -> None:
    """Note that these people took a lead each, so that the next one goes to somebody else."""
    last = max((member.last_turn for member in members()), default=0)
    for number, turn in enumerate(turns, start=last + 1):
        turn.last_turn = number


def state() -> dict[str, int]:
    """Who had which turn last, to be kept and given to `give_back`."""
    return {str(member.staff_id): member.last_turn for member in members()}


def give_back(before: dict[str, int], after: dict[str, int], count: int) -> None:
    """Go back to how it was before `count` turns, where these are the last that were given."""
    given = max(after.values(), default=0) - max(before.values(), default=0)
    if given == count and state() == after:
        for member in members():
            member.last_turn = before.get(str(member.staff_id), 0)


def _ids(rotation: Sequence[RoundRobinMember]) -> list[int]:
    return [member.staff_id for member in rotation]
