"""Shares and hours as people write them at the command line: `2`, `2.5` or `2,5`."""

from __future__ import annotations

from math import nan

import click

LARGEST, SMALLEST = 50.0, 0.1  # percent; what is smaller was meant as a share
LONGEST_H, SHORTEST_H = 48.0, 0.1


def percent(value: str) -> float:
    """A share in percent: from SMALLEST to LARGEST, or 0. Raises BadParameter.

    >>> percent("2,5")
    2.5
    """
    found = _number(value)
    if 0 < found < SMALLEST:
        meant = f"{100 * found:.3g}".replace(".", ",")
        raise click.BadParameter(
            f"{value} seria {value} %: para {meant} % escreva {meant}."
        )
    if not 0 <= found <= LARGEST:
        raise click.BadParameter(
            f"{value}: esperada uma porcentagem de 0 a {LARGEST:g}, como 2 ou 2,5."
        )
    return found


def hours(value: str) -> float:
    """So many hours back from now. Raises BadParameter."""
    found = _number(value)
    if not SHORTEST_H <= found <= LONGEST_H:
        raise click.BadParameter(f"{value}: esperadas de 0,1 a {LONGEST_H:g} horas.")
    return found


def _number(value: str) -> float:
    """NaN, which lies in no range, for what is none."""
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return nan
