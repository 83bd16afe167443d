"""What a million debts owe on a day, exact to the cent.

Pure, over columns of integers. The share that interest, correction and fine come to is
asked once for each due date and contract terms from the same functions that serve one
debt; amounts times shares are then taken for all rows at once, in integers, with the same
rounding (half to even). Days are proleptic ordinals, amounts are cents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cobranca.debts.charges import Setting, late_since
from cobranca.debts.rates import accumulated

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEVER = -1  # nothing accrued yet
_DAY_BITS = 22  # the ordinal of 31/12/9999 takes them
_DAY = 2**_DAY_BITS - 1


class ShareTooFine(OverflowError):
    """Uma taxa tem casas demais para a conta de muitas dívidas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """Instalments as columns, as `Position` tells them; `setting` numbers the settings."""

    setting: Ints
    due_on: Ints
    original: Ints
    principal: Ints
    correction: Ints
    interest: Ints
    fine: Ints
    fees: Ints
    accrued_to: Ints  # NEVER, or the day up to which charges are in
    fined: Flags
    charged: Ints

    def __len__(self) -> int:
        return len(self.due_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What each instalment owes, in cents."""

    principal: Ints
    correction: Ints
    interest: Ints
    fine: Ints
    fees: Ints

    @property
    def total(self) -> Ints:
        return self.principal + self.correction + self.interest + self.fine + self.fees


@dataclass(frozen=True, slots=True)
class _Shares:
    """Of each row's group: what to multiply by, as one fraction over a denominator."""

    correction: tuple[Ints, Ints]
    interest: tuple[Ints, Ints]
    late: Flags


def balances(positions: Positions, on: date, settings: Sequence[Setting]) -> Owed:
    """Return what each owes on that day. Raises UnknownIndex, MonthNotInTable.

    All that took effect after that day must be left out of the positions.
    """
    shares = _shares(positions, on, settings)
    late = shares.late & (positions.principal > 0)
    base = np.where(late, positions.principal + positions.correction, 0)
    correction = times(base, *shares.correction) - base
    base += correction
    interest = times(base, *shares.interest)
    fines = [Fraction(setting.terms.fine) for setting in settings]
    fine = times(base, *_by_row(fines, positions.setting))
    fine[positions.fined] = 0
    _cap(positions, settings, correction, interest, fine)
    return Owed(
        principal=positions.principal,
        correction=positions.correction + correction,
        interest=positions.interest + interest,
        fine=positions.fine + fine,
        fees=positions.fees,
    )


def times(amount: Ints, over: Ints, under: Ints) -> Ints:
    """Return amount * over / under, rounded half to even; all >= 0, under > 0.

    The quotient is guessed in floating point and put right by its remainder, which is
    exact although the products wrap: it is far smaller than 2**63.
    """
    guess = np.rint(amount.astype(np.float64) * (over / under)).astype(np.int64)
    rest = amount * over - guess * under
    whole, rest = np.divmod(rest, under)
    quotient: Ints = guess + whole
    twice = 2 * rest
    up = (twice > under) | ((twice == under) & (quotient % 2 == 1))
    quotient += up
    return quotient


def _shares(positions: Positions, on: date, settings: Sequence[Setting]) -> _Shares:
    """Ask once for each different start of days, due date and setting."""
    keys = positions.setting << 2 * _DAY_BITS | positions.due_on << _DAY_BITS
    groups, row = np.unique(keys | positions.accrued_to - NEVER, return_inverse=True)
    corrections, interests, late = [], [], []
    for key in groups.tolist():
        setting = settings[key >> 2 * _DAY_BITS]
        due, accrued = key >> _DAY_BITS & _DAY, (key & _DAY) + NEVER
        since = late_since(date.fromordinal(due), setting)
        starts = since if accrued == NEVER else date.fromordinal(accrued)
        is_late = on > since + timedelta(days=setting.terms.grace_days)
        late.append(is_late)
        corrections.append(_correction(setting, starts, on) if is_late else Fraction(1))
        interests.append(
            accumulated(setting.terms.interest, starts, on, setting.indices).value
            if is_late
            else Fraction(0)
        )
    return _Shares(
        _by_row(corrections, row), _by_row(interests, row), np.array(late, dtype=bool)[row]
    )


def _correction(setting: Setting, since: date, on: date) -> Fraction:
    name = setting.terms.correction
    return (
        Fraction(1) if name is None else setting.indices.correction(name, since, on).value
    )


def _by_row(shares: Sequence[Fraction], row: Ints) -> tuple[Ints, Ints]:
    """Raises ShareTooFine: `times` needs denominators below 2**56."""
    if any(share.denominator >= 2**56 or share.numerator >= 2**56 for share in shares):
        raise ShareTooFine(ShareTooFine.__doc__)
    over = np.array([share.numerator for share in shares], dtype=np.int64)
    under = np.array([share.denominator for share in shares], dtype=np.int64)
    return over[row], under[row]


def _cap(
    positions: Positions,
    settings: Sequence[Setting],
    correction: Ints,
    interest: Ints,
    fine: Ints,
) -> None:
    """Cut to the cap in place: the fine first, then interest, then correction."""
    shares = [setting.terms.cap_share for setting in settings]
    capped = np.array([share is not None for share in shares], dtype=bool)
    rows = np.flatnonzero(capped[positions.setting])
    if not len(rows):
        return
    over, under = _by_row(
        [share or Fraction(0) for share in shares], positions.setting[rows]
    )
    room = times(positions.original[rows], over, under) - positions.charged[rows]
    np.maximum(room, 0, out=room)
    for added in (correction, interest, fine):
        added[rows] = np.minimum(added[rows], room)
        room -= added[rows]
