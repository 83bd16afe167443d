"""What the desk's interface takes and gives. Amounts are reais, with two decimals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from cobranca.contacts.identity import Fact, Level
from dialer.calls.disposing import NOTE_MAX

Amount = Annotated[Decimal, Field(gt=0, le=Decimal(100000000), decimal_places=2)]
Code = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CommandIn(Model):
    """`call`: the call that is meant, for whatever ends, holds or resumes one."""

    do: Literal["log_in", "log_out", "available", "pause", "hang_up", "hold", "resume",
                "wrap_up_done", "reattach", "dial", "skip", "leave_to_robot",
                "hand_on"]  # fmt: skip
    code: Code | None = None  # of the pause
    call: UUID | None = None


class IdentityIn(Model):
    """What was heard: who the person says to be, or the answer to what was asked."""

    step: Literal["claimed", "denied", "answered"]
    fact: Fact | None = None
    answer: str | None = Field(None, max_length=40)


class SuppressionIn(Model):
    """Who must not be contacted, as the agent hears it; `reason` as the ledger names it."""

    reason: Code
    proof: str = Field("", max_length=400)


class CallBackIn(Model):
    """A time where the debtor's telephone is."""

    day: dt.date
    time: dt.time


class PromiseIn(Model):
    amount: Amount
    due_on: dt.date


class DispositionIn(Model):
    code: Code
    note: str = Field("", max_length=NOTE_MAX)
    call_back: CallBackIn | None = None
    promise: PromiseIn | None = None
    debtor_affirmed: bool = False  # it was the debtor, though no answers proved it


class DisposedOut(Model):
    code: str
    label: str
    again: bool  # it was recorded before
    call_back_at: dt.datetime | None  # on the compliance clock


class CallBackAllowedOut(Model):
    at: dt.datetime


class SeatOut(Model):
    """Own state as the floor shows it; `state` None: the floor knows nothing yet."""

    endpoint: str
    state: str | None
    since: dt.datetime | None = None
    call: UUID | None = None
    more: dict[str, Any] = Field(default_factory=dict)


class UnrecordedOut(Model):
    call: UUID
    answered_at: dt.datetime  # on the compliance clock
    talk_s: float
    debtor: str | None
    telephone: str  # masked
    campaign: str | None
    zone: str


class PassedOnOut(Model):
    call: UUID
    at: dt.datetime  # when the other agent took it, on the compliance clock
    debtor: str | None
    telephone: str  # masked
    taker: str  # who has the call, or had it last
    zone: str


class DeskOut(Model):
    now: dt.datetime  # real time, by which a page sets its timers
    contact_now: dt.datetime  # the compliance clock, by which people are called
    seat: SeatOut
    unrecorded: list[UnrecordedOut]
    passed_on: list[PassedOnOut]  # own calls that others took, the newest first


class CallBackOut(Model):
    id: UUID
    due_at: dt.datetime  # on the compliance clock
    zone: str
    overdue: bool
    debtor: str
    telephone: str  # masked
    campaign: str
    waits: str | None  # why it will not be called, though it is due


class CallBacksOut(Model):
    call_backs: list[CallBackOut]


class FiguresOut(Model):
    """Own day. Definitions are those of the product's glossary."""

    since: dt.datetime
    calls: int
    right_party: int
    promises: int
    aht_s: float | None
    occupancy: float | None  # 0..1
    logged_in_s: float
    paused_s: dict[str, float]  # by what the pause is called


class CallOut(Model):
    id: UUID
    direction: Literal["outbound", "inbound"]
    telephone: str
    campaign: str | None
    disposition: str | None  # label, once recorded


class AskOut(Model):
    fact: Fact
    label: str
    ask: str
    form: str


class IdentityOut(Model):
    level: Level
    label: str
    rule: str  # what may be said, in a line
    say: str
    may_hear_of_debt: bool
    asks: list[AskOut]
    right: list[str]  # labels of what was answered right
    missing: int
    wrong: int
    wrong_left: int


class InstalmentOut(Model):
    number: int
    amount: Decimal
    due_on: dt.date
    days_late: int


class DebtOut(Model):
    creditor: str
    portfolio: str
    contract: str
    product: str | None
    total: Decimal
    overdue: Decimal
    days_late: int
    instalments: list[InstalmentOut]


class DebtorOut(Model):
    name: str
    kind: Literal["person", "company"]
    uf: str | None
    document: str | None  # masked, and only of who is confirmed


class TelephoneOut(Model):
    telephone: str
    line: str | None
    status: str
    tries: int
    current: bool


class PastOut(Model):
    placed_at: dt.datetime
    telephone: str
    outcome: str
    talk_s: float | None
    disposition: str | None
    agent: str | None
    note: str | None
    promised: Decimal | None
    promised_on: dt.date | None


class RuleOut(Model):
    """A rule that objects now, or (of what is allowed) that will be the first to."""

    title: str
    source: str
    until: str | None  # local time; None: not by waiting


class MeansPointOut(Model):
    """A telephone, e-mail or address, masked as the identification asks."""

    point: str
    line: str
    allowed: bool
    why: list[RuleOut]


class OneMeansOut(Model):
    """`points` empty: nothing reaches the debtor by it."""

    means: str
    label: str
    points: list[MeansPointOut]


class MeansOut(Model):
    """Every means there is; none when nobody knows whose call it is."""

    means: list[OneMeansOut]


class PolicyOut(Model):
    """The contact policy's line, and what the call-back dialog starts from."""

    line: str
    why: list[RuleOut]
    allowed: bool
    today: dt.date  # where the telephone is, on the compliance clock
    zone: str | None
    now: dt.datetime  # the compliance clock


class RobotTurnOut(Model):
    question: str  # what the robot said before it
    heard: str  # *** where it tells who somebody is
    understood: str  # empty: it was not


class RobotOfferOut(Model):
    total: Decimal
    payments: int
    first_due: dt.date


class RobotOut(Model):
    """What the automatic conversation heard and offered before this agent."""

    protocol: str
    agreed: bool
    turns: list[RobotTurnOut]
    offers: list[RobotOfferOut]


class CardOut(Model):
    """`debts` None: hidden, because somebody else is on the line; so too `robot`."""

    call: CallOut
    identity: IdentityOut
    debtor: DebtorOut | None
    debts: list[DebtOut] | None
    total: Decimal | None
    telephones: list[TelephoneOut]
    policy: PolicyOut | None
    history: list[PastOut]
    robot: RobotOut | None
