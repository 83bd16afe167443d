"""The card of the call in hand: read, then shown as the level of identification allows.

With a third party on the line the debts, the notes and the promises are not even sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, bindparam, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.desk import shown
from agent_console.desk.contracts import (
    AskOut,
    CallOut,
    CardOut,
    DebtorOut,
    DebtOut,
    IdentityOut,
    InstalmentOut,
    PastOut,
    PolicyOut,
    RobotOfferOut,
    RobotOut,
    RobotTurnOut,
    RuleOut,
    TelephoneOut,
)
from agent_console.desk.seat import Preview
from agent_console.desk.tools import DeskTools
from agent_console.problems import Problem
from agent_console.texts import TEXTS
from cobranca.compliance.outlook import Outlook, outlook
from cobranca.compliance.wording import policy_line, time_there
from cobranca.contacts.card import Debt, DebtorCard, debtor_card
from cobranca.contacts.identification import known_of, standing_of
from cobranca.contacts.identity import (
    WRONG_MAX,
    Known,
    Level,
    Standing,
    is_hidden,
    may_hear_of_debt,
    to_ask,
)
from cobranca.contacts.robot_told import RobotTold, robot_told
from cobranca.debtors.store import ContactPointRow
from dialer.calls.history import Past, history_of
from dialer.calls.store import AttemptRow, DispositionRow
from dialer.campaigns.store import CampaignRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All that a card is made of. `now` is the compliance clock."""

    call: Any
    now: datetime
    standing: Standing
    known: Known | None
    debtor: DebtorCard | None
    seen: Outlook | None
    past: list[Past]
    titles: Mapping[str, str]  # of rules, by code
    robot: RobotTold | None = None

    @property
    def today(self) -> date:
        zone = self.seen.zone if self.seen else None
        return self.now.astimezone(ZoneInfo(zone or "America/Sao_Paulo")).date()


_CALL = (  # made once, as making a statement costs more than asking it
    select(
        AttemptRow.id,
        AttemptRow.direction,
        AttemptRow.number,
        AttemptRow.debtor_id,
        AttemptRow.contact_point_id,
        AttemptRow.campaign_id,
        AttemptRow.agent_id,
        AttemptRow.outcome,
        CampaignRow.name.label("campaign"),
        DispositionRow.code,
    )
    .outerjoin(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
    .outerjoin(DispositionRow, DispositionRow.attempt_id == AttemptRow.id)
    .where(AttemptRow.id == bindparam("call"))
)


async def read_call(connection: AsyncConnection, call: UUID) -> Any:
    """The attempt with its campaign's name and its disposition. Raises Problem 404."""
    row = (await connection.execute(_CALL, {"call": call})).first()
    if row is None:
        raise Problem("no_such_call", 404)
    return row


_PREVIEW = (
    select(
        literal("outbound").label("direction"),
        ContactPointRow.value.label("number"),
        ContactPointRow.debtor_id,
        ContactPointRow.id.label("contact_point_id"),
        CampaignRow.id.label("campaign_id"),
        null().label("agent_id"),
        null().label("outcome"),
        CampaignRow.name.label("campaign"),
        null().label("code"),
        bindparam("call", type_=Uuid()).label("id"),
    )
    .select_from(ContactPointRow)
    .join(CampaignRow, CampaignRow.id == bindparam("campaign"))
    .where(ContactPointRow.id == bindparam("point"))
    .where(ContactPointRow.debtor_id == bindparam("debtor"))
)


async def read_preview(connection: AsyncConnection, preview: Preview) -> Any:
    """A call before it is dialled, as `read_call` returns one. Raises Problem 404."""
    row = (await connection.execute(_PREVIEW, asdict(preview))).first()
    if row is None:
        raise Problem("no_such_call", 404)
    return row


async def make_card(
    connection: AsyncConnection, tools: DeskTools, call: Any, agent_name: str
) -> CardOut:
    """Read everything by index and show it; `call` is what `read_call` returned."""
    read = await _read(connection, tools, call)
    level, hidden = read.standing.level, is_hidden(read.standing.level)
    debtor = read.debtor
    debts = None if debtor is None or hidden else [_debt(d, read) for d in debtor.debts]
    return CardOut(
        call=CallOut(
            id=call.id,
            direction=call.direction,
            telephone=shown.telephone(call.number, level),
            campaign=call.campaign,
            disposition=shown.disposition(call.code),
        ),
        identity=_identity(read, agent_name),
        debtor=debtor and _debtor(debtor, read),
        debts=debts,
        total=None if debtor is None or hidden else debtor.total,
        telephones=_telephones(read),
        policy=read.seen and _policy(read.seen, read),
        history=[_past(one, level) for one in read.past],
        robot=None if read.robot is None or hidden else _robot(read.robot),
    )


async def _read(connection: AsyncConnection, tools: DeskTools, call: Any) -> Read:
    clock = await tools.contact_clock(connection)
    now, debtor = clock.now(), call.debtor_id
    standing = await standing_of(connection, call.id)
    if debtor is None:
        return Read(
            call=call, now=now, standing=standing, known=None, debtor=None, seen=None,
            past=[], titles={},
        )  # fmt: skip
    return Read(
        call=call,
        now=now,
        standing=standing,
        known=await known_of(connection, tools.keys, debtor),
        debtor=await debtor_card(connection, debtor),
        seen=await outlook(
            connection, tools.policy, debtor, call.contact_point_id, now, call.campaign_id
        ),
        past=await history_of(connection, debtor, but=call.id),
        titles=tools.policy.titles,
        robot=await robot_told(connection, call.id),
    )


def _robot(told: RobotTold) -> RobotOut:
    return RobotOut(
        protocol=told.protocol,
        agreed=told.agreed,
        turns=[
            RobotTurnOut(
                question=turn.asked or turn.state.replace("_", " "),
                heard=turn.heard,
                understood=turn.outcome,
            )
            for turn in told.turns
        ],
        offers=[
            RobotOfferOut(total=one.total, payments=one.payments, first_due=one.first_due)
            for one in told.offers
        ],
    )


def _identity(read: Read, agent_name: str) -> IdentityOut:
    now, level = read.standing, read.standing.level
    facts = TEXTS.section("identity_fact")
    kind = "company" if read.debtor and read.debtor.kind == "company" else "person"
    creditors = sorted({debt.creditor for debt in read.debtor.debts} if read.debtor else ())
    return IdentityOut(
        level=level,
        label=TEXTS.section("identity_level")[level],
        rule=TEXTS.section("identity_rule")[level],
        say=TEXTS.section("identity_say")[level].format(
            agent=agent_name.split(" ", maxsplit=1)[0],
            debtor=read.debtor.name if read.debtor else "…",
            creditor=" e ".join(creditors) or "…",
        ),
        may_hear_of_debt=may_hear_of_debt(level),
        asks=[
            AskOut(
                fact=fact,
                label=facts[fact],
                ask=TEXTS.section(f"identity_ask_{kind}")[fact],
                form=TEXTS.section(f"identity_form_{kind}")[fact],
            )
            for fact in (to_ask(read.known, now) if read.known else ())
        ],
        right=[facts[fact] for fact in sorted(now.right)],
        missing=now.missing,
        wrong=now.wrong,
        wrong_left=max(0, WRONG_MAX - now.wrong),
    )


def _debtor(debtor: DebtorCard, read: Read) -> DebtorOut:
    known = read.known.document if read.known else ""
    return DebtorOut(
        name=debtor.name,
        kind="company" if debtor.kind == "company" else "person",
        uf=debtor.uf,
        document=shown.document(known, read.standing.level),
    )


def _debt(debt: Debt, read: Read) -> DebtOut:
    return DebtOut(
        creditor=debt.creditor,
        portfolio=debt.portfolio,
        contract=debt.contract,
        product=debt.product,
        total=debt.total,
        overdue=debt.overdue(read.today),
        days_late=debt.days_late(read.today),
        instalments=[
            InstalmentOut(
                number=part.number,
                amount=part.amount,
                due_on=part.due_on,
                days_late=part.days_late(read.today),
            )
            for part in debt.instalments
        ],
    )


def _telephones(read: Read) -> list[TelephoneOut]:
    statuses = TEXTS.section("phone_status")
    return [
        TelephoneOut(
            telephone=shown.telephone(one.number, read.standing.level),
            line=one.line,
            status=statuses.get(one.status, one.status),
            tries=one.tries,
            current=one.id == read.call.contact_point_id,
        )
        for one in (read.debtor.telephones if read.debtor else ())
    ]


def _policy(seen: Outlook, read: Read) -> PolicyOut:
    return PolicyOut(
        line=policy_line(
            seen.seen, read.now, seen.zone, (seen.attempts_today, seen.attempts_max)
        ),
        why=_why(seen, read),
        allowed=seen.verdict.allowed,
        today=read.today,
        zone=seen.zone,
        now=read.now,
    )


def _why(seen: Outlook, read: Read) -> list[RuleOut]:
    """What stands against a contact now, or what ends it."""
    closing, opens = seen.seen.closing, seen.open_until
    found = [(one, one.until) for one in seen.objections]
    if closing is not None:
        found.append((closing, opens))
    return [
        RuleOut(
            title=read.titles.get(one.rule, one.rule),
            source=one.source,
            until=until and time_there(until, read.now, seen.zone),
        )
        for one, until in found
    ]


def _past(one: Past, level: Level) -> PastOut:
    hidden = is_hidden(level)
    return PastOut(
        placed_at=one.placed_at,
        telephone=shown.telephone(one.number, level),
        outcome=TEXTS.section("outcome")[one.outcome or "open"],
        talk_s=one.talk_s,
        disposition=shown.disposition(one.code),
        agent=one.agent,
        note=None if hidden else one.note,
        promised=None if hidden else one.promised,
        promised_on=None if hidden else one.promised_on,
    )
