"""The figures of the page as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from cobranca.contacts.robot_board import RobotDay, RobotSeat
from dialer.figures.abandonment import Rate
from dialer.figures.occupancy import Occupancy
from foundation.brasil.phone import masked_phone


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RateOut(Out):
    """Of calls answered by a person, those abandoned; `share` null: none was answered."""

    abandoned: int
    answered: int
    share: float | None

    @classmethod
    def of(cls, rate: Rate) -> RateOut:
        return cls(abandoned=rate.abandoned, answered=rate.answered, share=rate.share)


class RatesOut(Out):
    """`day` and `month` null: not counted yet, or not for minutes."""

    half_hour: RateOut
    day: RateOut | None
    month: RateOut | None  # 30 days and the begun hour before them


class OccupancyOut(Out):
    share: float | None
    without_breaks: float | None

    @classmethod
    def of(cls, occupancy: Occupancy) -> OccupancyOut:
        return cls(share=occupancy.share, without_breaks=occupancy.without_breaks)


class OccupanciesOut(Out):
    hour: OccupancyOut
    day: OccupancyOut  # since midnight in São Paulo


class CampaignFiguresOut(Out):
    """`rates` null: a campaign without agents has none. `left` null: not counted yet."""

    id: UUID
    name: str
    status: str
    size: int
    left: int | None
    rates: RatesOut | None


class MinutesOut(Out):
    start: datetime
    outcomes: dict[str, list[int]]


class RobotSeatOut(Out):
    """A conversation that the URA holds; `caller` masked, `called` names our number."""

    id: UUID
    protocol: str
    began_at: datetime
    caller: str | None
    called: str
    identified: bool
    agreed: bool
    taken: bool
    understood: int
    missed: int

    @classmethod
    def of(cls, seat: RobotSeat) -> RobotSeatOut:
        fields = asdict(seat)
        caller = seat.caller and masked_phone(seat.caller)
        return cls(**{**fields, "caller": caller})


class RobotDayOut(Out):
    """Conversations since midnight in São Paulo; money in reais."""

    calls: int
    aht_s: float | None
    right_parties: int
    understanding: float | None
    agreements: int
    agreed: Decimal
    promises: int
    promised: Decimal
    transfers: dict[str, int]

    @classmethod
    def of(cls, day: RobotDay) -> RobotDayOut:
        return cls(
            calls=day.calls,
            aht_s=day.talk_s,
            right_parties=day.right_parties,
            understanding=day.understanding,
            agreements=day.agreements,
            agreed=day.agreed,
            promises=day.promises,
            promised=day.promised,
            transfers=dict(day.transfers),
        )


class RobotsOut(Out):
    """`day` null: not counted yet."""

    seats: list[RobotSeatOut]
    day: RobotDayOut | None


class AlertOut(Out):
    """`link`: the page that tells more, if one does."""

    code: str
    level: str
    text: str
    todo: str
    link: str | None = None


class CheckOut(Out):
    """The last look for impossible states; `violations` null: none was made yet."""

    s_ago: float
    late: bool
    violations: int | None


class FiguresOut(Out):
    """All of the page that changes with time, but for agents and calls in progress."""

    at: datetime
    rates: RatesOut
    occupancy: OccupanciesOut
    campaigns: list[CampaignFiguresOut]
    minutes: MinutesOut
    robots: RobotsOut
    alerts: list[AlertOut]
    check: CheckOut | None  # null: the dialer told nothing of it
