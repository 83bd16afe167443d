"""No form of a page can be sent by the browser itself, unless its route takes that.

A page's script comes after the page: a form that only it sends would, clicked before, be
put into the address by the browser, with what was typed, and be lost to who typed it.
`method="dialog"` sends nothing anywhere, and still tells the script.
"""

from __future__ import annotations

import re

from tests.unit.house.tree import ROOT, shown

TEMPLATES = ROOT / "agent_console" / "templates"
SCRIPTS = ROOT / "agent_console" / "static" / "js"
FORM = re.compile(r"<form\b[^>]*>")
METHOD = re.compile(r'\bmethod="(\w+)"')
SEARCHES = {'action="/audit"'}  # by GET on purpose, with nothing of a debtor's in it


def _harmless(form: str) -> bool:
    method = METHOD.search(form)
    match method and method[1]:
        case "dialog":
            return True
        case "post":
            return 'action="/' in form or 'action="{{' in form
        case "get":
            return any(action in form for action in SEARCHES)
        case _:
            return False


def test_a_form_names_its_route_or_sends_nothing_without_its_script() -> None:
    forms = [
        (shown(path), form)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for form in FORM.findall(path.read_text("utf-8"))
    ]
    assert len(forms) > 50  # the pattern still finds them
    assert [one for one in forms if not _harmless(one[1])] == []


def test_no_script_makes_a_form_and_no_button_another_way_to_send_it() -> None:
    made = re.compile(r"<form\b|createElement\(\W?form\W|\bmade\(\W?form\W")
    sending = re.compile(r"formmethod|formaction|formMethod|formAction")
    scripts = [path for path in SCRIPTS.rglob("*.js") if made.search(path.read_text())]
    pages = [path for path in TEMPLATES.rglob("*.html") if sending.search(path.read_text())]
    assert [shown(path) for path in scripts + pages] == []


def test_the_rule_sees_each_way_to_break_it() -> None:
    broken = (
        "<form>",
        '<form id="creditor" novalidate>',
        '<form method="get">',
        '<form method="get" action="/back-office">',
        '<form method="post">',
    )
    assert [form for form in broken if _harmless(form)] == []
