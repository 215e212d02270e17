"""Who is told how the payment of a basket went (T1, P3): every event of a cart, to the exact notice."""

from datetime import timedelta
from typing import Final, get_args

import pytest

from lara_core.cart import (
    BasketDeclined,
    BasketPaid,
    BasketUnknown,
    Cart,
    CartDecision,
    CartEvent,
    CartOpened,
    ChargingStarted,
    LineAdded,
    LineChanged,
    LineRemoved,
    Method,
    NothingPaid,
    Tax,
)
from lara_core.kernel.deadlines import Deadline
from lara_core.kernel.decisions import why_not
from lara_core.kernel.ids import ActorId, CodeId, LineId, ProviderId
from lara_core.kernel.money import Currency, Money
from lara_core.telling.notices import TABLE, Notice, Party, Recipient, Row, Setting, Template, of_refusal
from tests.builders import NOW, PRICE, act, cad
from tests.sold import CAD, CART, MAIN, MANAGER, ORGANISATION, STAFF, bought_for_nothing, cart, charged, heard, line

OTHER: Final = ProviderId("other")
EUR: Final = Currency("EUR")
FREE: Final = line(unit=cad("0.00"))


def told(
    version: int,
    template: Template,
    amount: Money = PRICE,
    *,
    to: Recipient = MANAGER,
    provider: ProviderId = MAIN,
) -> Notice:
    """A notice about a basket of that cart, at the price of one seat."""
    key = f"cart:{version}:{template}:1"
    return Notice(key, to, template, cart=CART, provider=provider, amount=amount)


def charging() -> Cart:
    """A cart of one seat, which is being paid for; its next event is the fourth."""
    return charged(cart()).state


def decided() -> dict[Template, CartDecision]:
    """The decisions that somebody is told of."""
    return {
        Template.BASKET_PAID: charging().pay(act(), MAIN, CAD, 1),
        Template.BASKET_DECLINED: charging().decline(act(), MAIN, CAD, 1),
        Template.BASKET_UNKNOWN: charging().leave_unknown(act(), MAIN, CAD, 1),
    }


@pytest.mark.parametrize(
    ("template", "to"),
    [
        (Template.BASKET_PAID, MANAGER),
        (Template.BASKET_DECLINED, MANAGER),
        (Template.BASKET_UNKNOWN, ORGANISATION),
    ],
)
def test_how_a_payment_went_is_told(template: Template, to: ActorId) -> None:
    """Paid and declined to who buys, unknown to the organisation, which has to find out (P3)."""
    assert heard(decided()[template]) == (told(4, template, to=to),)


def test_a_purchase_that_costs_nothing_is_told_as_bought() -> None:
    """Nobody is charged, and the buyer hears that it is theirs, with the amount of nothing (P3)."""
    assert heard(bought_for_nothing(cart(FREE))) == (told(3, Template.BASKET_PAID, cad("0.00")),)


def test_a_purchase_by_invoice_is_told_as_bought() -> None:
    """It is sold, and what is due has its own invoice (P4)."""
    by_invoice = charged(cart(), method=Method.INVOICE, invoice=Deadline.at(NOW + timedelta(days=30))).state
    assert heard(by_invoice.pay(act(), MAIN, CAD, 1)) == (told(4, Template.BASKET_PAID),)


def test_the_amount_is_what_was_charged() -> None:
    """All lines of the basket, less what the code takes off, with taxes (P4, P8)."""
    taxed = cart(line("a", cad("100.00"), taxes=(Tax("GST", "5"),)), line("b"))
    off = {LineId("a"): cad("40.00")}
    paid = charged(taxed, code=CodeId("spring"), discounts=off).state.pay(act(), MAIN, CAD, 1)
    assert heard(paid) == (told(5, Template.BASKET_PAID, cad("73.00")),)


def test_each_basket_is_told_of_alone() -> None:
    """One notice for a transaction: of one provider, in one currency; the other baskets wait (P3)."""
    three = cart(line(), line("b", cad("20.00"), provider=OTHER), line("c", Money.of("30.00", "EUR")))
    first = charged(three).state.pay(act(), MAIN, CAD, 1)
    second = charged(first.state, OTHER).state.decline(act(), OTHER, CAD, 1)
    third = charged(second.state, MAIN, EUR).state.pay(act(), MAIN, EUR, 1)
    assert [heard(each) for each in (first, second, third)] == [
        (told(6, Template.BASKET_PAID),),
        (told(8, Template.BASKET_DECLINED, cad("20.00"), provider=OTHER),),
        (told(10, Template.BASKET_PAID, Money.of("30.00", "EUR")),),
    ]


def test_what_was_unknown_is_told_when_it_is_known() -> None:
    """The organisation hears that nobody knows, then the buyer how it ended (P3)."""
    unknown = decided()[Template.BASKET_UNKNOWN].state
    ends = (unknown.pay(act(), MAIN, CAD, 1), unknown.decline(act(), MAIN, CAD, 1))
    assert [heard(each) for each in ends] == [
        (told(5, Template.BASKET_PAID),),
        (told(5, Template.BASKET_DECLINED),),
    ]


def test_each_attempt_is_told_of_under_its_own_key() -> None:
    """Declined twice is two messages, and one that is told twice is one (P3, K12)."""
    first = decided()[Template.BASKET_DECLINED]
    second = charged(first.state).state.decline(act(), MAIN, CAD, 2)
    assert [heard(each) for each in (first, second)] == [
        (told(4, Template.BASKET_DECLINED),),
        (told(6, Template.BASKET_DECLINED),),
    ]


@pytest.mark.parametrize("template", decided())
def test_what_is_said_twice_is_told_once(template: Template) -> None:
    """A gateway repeats itself; the buyer and the organisation hear of it once (P3, K12)."""
    before = decided()[template].state
    again = {
        Template.BASKET_PAID: before.pay,
        Template.BASKET_DECLINED: before.decline,
        Template.BASKET_UNKNOWN: before.leave_unknown,
    }
    assert heard(again[template](act(), MAIN, CAD, 1)) == ()


def test_buying_nothing_twice_is_told_once() -> None:
    """The second is in the same transaction, and nothing new (P3, K12)."""
    assert heard(bought_for_nothing(bought_for_nothing(cart(FREE)).state)) == ()


def test_what_a_buyer_does_alone_tells_nobody() -> None:
    """Lines that come, change and go, and a payment that begins, are on the page before them (S16)."""
    one = cart()
    alone = (
        Cart.open(act(), CART, buyer=MANAGER),
        one.add(act(), line("b")),
        one.change(act(), line("a", cad("12.00"))),
        one.remove(act(), LineId("a")),
        charged(one),
    )
    assert [(len(each.events), heard(each)) for each in alone] == [(1, ())] * 5


def test_what_is_refused_tells_nobody() -> None:
    """Whoever asked has the refusal (K12)."""
    refusals = (
        why_not(charging().pay, act(), MAIN, CAD, 2),
        why_not(charging().remove, act(), LineId("a")),
        why_not(cart().pay, act(), OTHER, CAD, 1),
    )
    assert [None if each is None else of_refusal(each, audience=STAFF) for each in refusals] == [(), (), ()]


@pytest.mark.parametrize(
    ("setting", "template"),
    [
        (Setting.TELL_BUYER_PAID, Template.BASKET_PAID),
        (Setting.TELL_BUYER_NOT_PAID, Template.BASKET_DECLINED),
        (Setting.TELL_ORGANISATION_UNKNOWN, Template.BASKET_UNKNOWN),
    ],
)
def test_each_can_be_silenced(setting: Setting, template: Template) -> None:
    """A host that sends its own receipts switches one off, and the others go on (T1)."""
    left = {each: len(heard(decision, silenced={setting})) for each, decision in decided().items()}
    assert left == {each: int(each is not template) for each in decided()}


def test_a_free_purchase_is_silenced_with_the_paid_ones() -> None:
    """To the buyer both are a purchase that is confirmed (T1)."""
    assert heard(bought_for_nothing(cart(FREE)), silenced={Setting.TELL_BUYER_PAID}) == ()


def test_the_table_has_these_rows() -> None:
    """Of a cart it is told how each payment went, and nothing else (T1)."""
    paid = (Row(Party.PAYER, Template.BASKET_PAID, Setting.TELL_BUYER_PAID),)
    assert {event: TABLE.get(event, ()) for event in get_args(CartEvent)} == {
        CartOpened: (),
        LineAdded: (),
        LineChanged: (),
        LineRemoved: (),
        ChargingStarted: (),
        NothingPaid: paid,
        BasketPaid: paid,
        BasketDeclined: (Row(Party.PAYER, Template.BASKET_DECLINED, Setting.TELL_BUYER_NOT_PAID),),
        BasketUnknown: (Row(Party.ORGANISATION, Template.BASKET_UNKNOWN, Setting.TELL_ORGANISATION_UNKNOWN),),
    }


def test_keys_do_not_name_the_buyer() -> None:
    """A key can be logged: it has the cart, and no account (K11)."""
    (paid,) = heard(charged(cart(buyer=ActorId("secret"))).state.pay(act(), MAIN, CAD, 1))
    assert (paid.to, paid.key) == (ActorId("secret"), "cart:4:cart.paid_buyer:1")
