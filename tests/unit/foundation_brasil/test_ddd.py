"""The table of DDDs against the telephone library, an independent source."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from phonenumbers import timezone as phone_timezone

from foundation.brasil.ddd import (
    AREAS,
    STATE_NAMES,
    UFS,
    area_of,
    area_of_number,
    zones_of_state,
)

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def hours_behind_utc(zone: str) -> float:
    offset = NOON.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return -offset.total_seconds() / 3600


def test_there_are_67_ddds_in_27_states() -> None:
    assert len(AREAS) == 67
    assert len(UFS) == len(STATE_NAMES) == 27
    assert {area.uf for area in AREAS.values()} == UFS


@pytest.mark.parametrize("ddd", sorted(AREAS))
def test_each_ddd_has_the_hour_of_the_telephone_library_except_recife(ddd: str) -> None:
    number = phonenumbers.parse(f"+55{ddd}32221234")
    assert phonenumbers.is_valid_number(number)
    theirs = {
        hours_behind_utc(zone)
        for zone in phone_timezone.time_zones_for_geographical_number(number)
    }
    ours = {hours_behind_utc(zone) for zone in AREAS[ddd].zones}
    if ddd == "81":  # the library takes Fernando de Noronha for a part of the numbers
        assert ours == {3.0}
    else:
        assert theirs & ours


def test_every_other_pair_of_digits_is_no_ddd() -> None:
    for code in range(100):
        known = f"{code:02d}" in AREAS
        number = phonenumbers.parse(f"+55{code:02d}912345678")
        assert phonenumbers.is_valid_number(number) == known


@pytest.mark.parametrize(
    ("ddd", "uf", "behind"),
    [
        ("11", "SP", 3.0),
        ("81", "PE", 3.0),
        ("92", "AM", 4.0),
        ("65", "MT", 4.0),
        ("67", "MS", 4.0),
        ("69", "RO", 4.0),
        ("95", "RR", 4.0),
        ("68", "AC", 5.0),
    ],
)
def test_hours_behind_utc(ddd: str, uf: str, behind: float) -> None:
    area = area_of(ddd)
    assert area is not None
    assert (area.uf, hours_behind_utc(area.zone)) == (uf, behind)


def test_the_interior_of_amazonas_has_two_hours_at_once() -> None:
    assert {hours_behind_utc(zone) for zone in AREAS["97"].zones} == {4.0, 5.0}
    assert {hours_behind_utc(zone) for zone in zones_of_state("AM")} == {4.0, 5.0}


def test_area_of_a_number_and_of_what_is_none() -> None:
    area = area_of_number("+5581912345678")
    assert area is not None
    assert area.zone == "America/Recife"
    assert area_of_number("+12025550123") is None
    assert area_of("20") is None
    assert zones_of_state("XX") == ()
