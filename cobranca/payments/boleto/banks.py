"""What each bank puts in the free field, and how it prints its nosso número.

Pure. Sources, by bank: Banco do Brasil, Especificações técnicas para confecção de boleto
(Doc 5175, 2016); Itaú, Cobrança CNAB 400 (July 2021), notes 23 and annex 4; Bradesco,
Layout de arquivos 4008-524-0121; Santander, Layout de código de barras v31 (2017);
Caixa, Manual de especificação do boleto SIGCB (2020). `number` is our running number
of the slip, given out once for ever within a contract.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.check_digits import (
    digit_or_letter,
    digit_or_zero,
    modulo_10,
)
from cobranca.payments.refusal import InvalidBoleto

#: digits of the running number, by digits of the convênio (Banco do Brasil)
_BB_NUMBER = {4: 7, 6: 5, 7: 10}
#: carteiras whose check digit leaves branch and account out
_ITAU_SHORT = frozenset({"112", "126", "131", "145", "146", "150", "168"})
#: carteiras whose free field holds the creditor's own number instead
_ITAU_OTHER_FORM = frozenset({"106", "107", "122", "142", "143", "195", "196", "198"})


@dataclass(frozen=True, slots=True)
class BankRules:
    """One bank: its code with check digit, its name, and its two rules."""

    code: str
    digit: str
    name: str
    campo_livre: Callable[[BillingAccount, int], str]
    nosso_numero: Callable[[BillingAccount, int], str]  # as printed
    agreement: Callable[[BillingAccount], str]  # branch and beneficiary, as printed


def rules_of(bank: str) -> BankRules:
    """Return the rules of a bank by code; raises InvalidBoleto when we have none."""
    try:
        return BANKS[bank]
    except KeyError:
        raise InvalidBoleto("boleto_bank_unknown", f"banco {bank} não atendido") from None


def numbered(number: int, length: int) -> str:
    """Return a running number zero-padded; raises InvalidBoleto when it does not fit."""
    if not 0 < number < 10**length:
        raise InvalidBoleto(
            "nosso_numero_range", f"nosso número não cabe em {length} dígitos"
        )
    return f"{number:0{length}d}"


def _bb_parts(account: BillingAccount, number: int) -> tuple[str, str]:
    convenio = account.beneficiary
    length = _BB_NUMBER.get(len(convenio)) if convenio.isdigit() else None
    if length is None:
        raise InvalidBoleto(
            "account_datum", "o convênio do Banco do Brasil tem 4, 6 ou 7 dígitos"
        )
    return convenio, numbered(number, length)


def _bb_free(account: BillingAccount, number: int) -> str:
    convenio, running = _bb_parts(account, number)
    carteira = account.digits("carteira", 2)
    if len(convenio) == 7:
        return f"000000{convenio}{running}{carteira}"
    branch, own = account.digits("branch", 4), account.digits("account", 8)
    return f"{convenio}{running}{branch}{own}{carteira}"


def bb_nosso_numero(account: BillingAccount, number: int) -> str:
    """Return the whole number: 17 digits, or 11 and a check digit for older convênios."""
    convenio, running = _bb_parts(account, number)
    if len(convenio) == 7:
        return convenio + running
    return f"{convenio}{running}-{bb_digit(convenio + running)}"


def bb_digit(digits: str) -> str:
    """Return Banco do Brasil's modulo 11: weights 9 to 2 from the right, 10 is X."""
    total = sum(int(sign) * (9 - place % 8) for place, sign in enumerate(reversed(digits)))
    return "X" if total % 11 == 10 else str(total % 11)


def _itau_free(account: BillingAccount, number: int) -> str:
    own = itau_account(account)
    return f"{_itau_number(account, number)}{own}{modulo_10(own)}000"


def _itau_number(account: BillingAccount, number: int) -> str:
    carteira, running = account.digits("carteira", 3), numbered(number, 8)
    if carteira in _ITAU_OTHER_FORM:
        raise InvalidBoleto("account_datum", f"carteira {carteira} do Itaú não atendida")
    prefix = "" if carteira in _ITAU_SHORT else itau_account(account)
    return f"{carteira}{running}{modulo_10(prefix + carteira + running)}"


def itau_account(account: BillingAccount) -> str:
    """Return branch and account, nine digits."""
    return account.digits("branch", 4) + account.digits("account", 5)


def _itau_printed(account: BillingAccount, number: int) -> str:
    digits = _itau_number(account, number)
    return f"{digits[:3]}/{digits[3:11]}-{digits[11]}"


def _bradesco_free(account: BillingAccount, number: int) -> str:
    carteira, own = account.digits("carteira", 2), account.digits("account", 7)
    return f"{account.digits('branch', 4)}{carteira}{numbered(number, 11)}{own}0"


def bradesco_digit(account: BillingAccount, number: int) -> str:
    """Return the digit of the nosso número: modulo 11 up to 7, where 10 is P."""
    digits = account.digits("carteira", 2) + numbered(number, 11)
    return digit_or_letter(digits, "P", highest=7)


def _bradesco_printed(account: BillingAccount, number: int) -> str:
    carteira = account.digits("carteira", 2)
    return f"{carteira}/{numbered(number, 11)}-{bradesco_digit(account, number)}"


def _santander_free(account: BillingAccount, number: int) -> str:
    beneficiary, carteira = account.digits("beneficiary", 7), account.digits("carteira", 3)
    return f"9{beneficiary}{santander_number(number)}0{carteira}"


def santander_number(number: int) -> str:
    """Return twelve digits and their check digit."""
    running = numbered(number, 12)
    return f"{running}{digit_or_zero(running)}"


def _santander_printed(_account: BillingAccount, number: int) -> str:
    digits = santander_number(number)
    return f"{digits[:12]}-{digits[12]}"


def caixa_number(account: BillingAccount, number: int) -> str:
    """Return seventeen digits: kind of billing (14 registered, ours to print), number."""
    kind = account.digits("carteira", 2)
    if kind not in ("14", "24"):
        raise InvalidBoleto("account_datum", "a modalidade da Caixa é 14 ou 24")
    return kind + numbered(number, 15)


def _caixa_free(account: BillingAccount, number: int) -> str:
    whole, own = caixa_number(account, number), account.digits("beneficiary", 6)
    body = (
        f"{own}{digit_or_zero(own)}{whole[2:5]}{whole[0]}{whole[5:8]}{whole[1]}{whole[8:]}"
    )
    return f"{body}{digit_or_zero(body)}"


def _caixa_printed(account: BillingAccount, number: int) -> str:
    whole = caixa_number(account, number)
    return f"{whole}-{digit_or_zero(whole)}"


def _caixa_agreement(account: BillingAccount) -> str:
    own = account.digits("beneficiary", 6)
    return f"{account.digits('branch', 4)}/{own}-{digit_or_zero(own)}"


def _account_agreement(account: BillingAccount) -> str:
    branch = "-".join(filter(None, (account.digits("branch", 4), account.branch_digit)))
    return f"{branch}/{'-'.join(filter(None, (account.account, account.account_digit)))}"


def _santander_agreement(account: BillingAccount) -> str:
    return f"{account.digits('branch', 4)}/{account.digits('beneficiary', 7)}"


BANKS = {
    rules.code: rules
    for rules in (
        BankRules(
            "001", "9", "Banco do Brasil", _bb_free, bb_nosso_numero, _account_agreement
        ),
        BankRules(
            "033",
            "7",
            "Santander",
            _santander_free,
            _santander_printed,
            _santander_agreement,
        ),
        BankRules(
            "104",
            "0",
            "Caixa Econômica Federal",
            _caixa_free,
            _caixa_printed,
            _caixa_agreement,
        ),
        BankRules(
            "237", "2", "Bradesco", _bradesco_free, _bradesco_printed, _account_agreement
        ),
        BankRules("341", "7", "Itaú", _itau_free, _itau_printed, _account_agreement),
    )
}
