"""The flows that ship with the product: read and judged, or refused with file and line.

Pure; the files are in `flows/`. What each step may answer, and which slots it fills then,
is declared here, so that a flow is held to it before a call is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ura.dialogue.intents import intents
from ura.flow.checking import Step, World, checked
from ura.flow.nodes import Flow
from ura.flow.prompts import prompts
from ura.flow.reading import read_flow

SHIPPED = ("receptive", "active", "payment")
#: slots that are filled when the conversation begins
FIRST: Mapping[str, frozenset[str]] = {
    "receptive": frozenset({"protocol"}),
    "active": frozenset({"protocol", "name"}),
    "payment": frozenset(),
}


def _step(**gives: str) -> Step:
    """`result="slot other_slot"`."""
    return Step(gives={result: frozenset(slots.split()) for result, slots in gives.items()})


_DEBT, _AGREEMENT = "owed creditor", "agreement_left agreement_due"
_REQUEST = "request_protocol request_due"
_COPIED = {"sent": "copy_amount copy_due", "no_address": "", "nothing": ""}
_OFFER = "cash cash_due"
_PROPOSAL = "proposal total first first_due"
STEPS: Mapping[str, Step] = {
    "identify": _step(confirmed="name", wrong="", failed=""),
    "identify_called": _step(confirmed="", wrong="", failed=""),
    "keep_wrong_number": _step(kept=""),
    "send_link": _step(sent="", unknown=""),
    "keep_third_party": _step(kept=""),
    "keep_opt_out": _step(kept="", unknown=""),
    "choose_hour": _step(chosen="call_back_time", closed=""),
    "book_call_back": _step(booked="", closed="", unknown=""),
    "person_called": _step(here="", later=""),
    "keep_place": _step(kept="", closed="", unknown=""),
    "owe_call_back": _step(kept="", nobody=""),
    "find_matter": _step(
        debt=_DEBT,
        returned=_DEBT,
        agreement=_AGREEMENT,
        nothing="",
        closed="creditor",
        several="choices",
    ),
    "find_errand": _step(reminder=_AGREEMENT, notice=_AGREEMENT, debt=_DEBT, nothing=""),
    "begin_payment": _step(debt=_DEBT, agreement=_AGREEMENT, nothing=""),
    "pick_creditor": _step(debt=_DEBT, agreement=_AGREEMENT, none=""),
    "list_debts": _step(several="choices", one=""),
    "pick_debt": _step(debt=_DEBT, none=""),
    "make_offers": _step(cash=_OFFER, both=f"{_OFFER} most", parts="most", none=""),
    "take_cash": _step(proposal=_PROPOSAL, none=""),
    "fit_count": _step(proposal=_PROPOSAL, nearest=_PROPOSAL, none=""),
    "fit_monthly": _step(proposal=_PROPOSAL, nearest=_PROPOSAL, none=""),
    "fit_day": _step(proposal=_PROPOSAL, nearest=_PROPOSAL, none=""),
    "close_agreement": _step(agreed="", changed="", refused=""),
    "send_payment": _step(sent="", emailed="", later=""),
    "which_copy": _step(one="", several=""),
    "copy_by_sms": _step(**_COPIED),
    "copy_by_email": _step(**_COPIED),
    "copy_to_read": _step(read="part", nothing=""),
    "find_code": _step(read="part", nothing=""),
    "next_part": _step(read="part", over=""),
    "find_status": _step(
        on_time=_AGREEMENT, late=_AGREEMENT, settled="", paid="paid paid_on", none=""
    ),
    "see_data": _step(told="points contacts"),
    "correct_data": _step(kept=_REQUEST),
    "delete_data": _step(kept=_REQUEST),
    "keep_promise": _step(kept="", too_far=""),
    "find_payment": _step(came="paid paid_on", not_yet=""),
    "keep_dispute": _step(kept="", nothing=""),
}


def world(first: frozenset[str]) -> World:
    """What a flow may rest on."""
    return World(
        prompts=prompts(), steps=STEPS, intents=intents().phrases.keys(), first=first
    )


@cache
def shipped(name: str) -> Flow:
    """Return one of the SHIPPED flows; raises BadFlow when it has a fault."""
    folder = files("ura.scripts").joinpath("flows")
    texts = {
        each.name: each.read_text("utf-8")
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    }
    return checked(read_flow(f"{name}.toml", texts), world(FIRST[name]))
