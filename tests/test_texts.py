"""The words: complete, alike in their fields, exact in three languages, and deaf to what people type (T2, K11)."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import localcontext
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, get_args

import pytest
from attrs import evolve, fields, frozen
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from lara_core.access import AccessRefusal
from lara_core.cart import BasketState, BasketVerb, CartRefusal, LineKind, Method
from lara_core.checkout import CheckoutRefusal
from lara_core.confirmation import (
    ClientAnswer,
    Column,
    ConfirmationRefusal,
    ConfirmationState,
    ConfirmationVerb,
    Missing,
)
from lara_core.documents import NeverIssued
from lara_core.enrolment import EnrolmentRefusal, NobodyToEnrol, OtherLimit
from lara_core.formats.names import AnyRefusal
from lara_core.kernel.credits import Credits
from lara_core.kernel.deadlines import Deadline, LocalDay, Zone
from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import BadValue, ContractBroken, Flaw, IdReused, NotFound, StaleState
from lara_core.kernel.ids import (
    ActorId,
    ClientId,
    CodeId,
    CourseId,
    DateNo,
    EnrolmentId,
    HoldId,
    LessonId,
    LimitId,
    LineId,
    OfferId,
    PartnerId,
    PoolId,
    ProposalId,
    ProviderId,
    RefundId,
    SeatNo,
    SessionId,
    TransactionId,
)
from lara_core.kernel.iso4217 import DIGITS
from lara_core.kernel.money import Currency, Money
from lara_core.kernel.people import EmailAddress, Person
from lara_core.offerings import OfferingRefusal, PriceChanged
from lara_core.offers import GrantState, GrantVerb, Homework, OfferRefusal, OfferStatus, Telling
from lara_core.participants import ConfirmationOver, EnrolmentIs, EnrolmentState, EnrolmentVerb, ParticipantRefusal
from lara_core.partners import PartnerKind, PartnerRefusal
from lara_core.promotions import CodeRefusal
from lara_core.providers import Arranged, ProviderRefusal
from lara_core.purchase import AlreadyCaptured, BulkBuyingOff, BuyerRole, NoSeatNamed, OtherProvider, PurchaseRefusal
from lara_core.refunds import (
    MoreThanCaptured,
    NothingDue,
    RefundIs,
    RefundPending,
    RefundRefusal,
    RefundState,
    RefundVerb,
)
from lara_core.registrations import (
    NobodyToRegister,
    Origin,
    RegistrantSits,
    RegistrationIs,
    RegistrationRefusal,
    RegistrationState,
    RegistrationVerb,
)
from lara_core.replies import RepliesRefusal
from lara_core.rights import Action, DoesNotApply, ForumRole, NotGranted, Right, RightsRefusal
from lara_core.rosters import Format, Reason, RosterRefusal, Use
from lara_core.schedules import ScheduleRefusal, SessionDate
from lara_core.seats import (
    AccountNeeded,
    AlreadySeated,
    Cause,
    InvitationExpired,
    InvoiceNotDue,
    LearnersNeeded,
    Mode,
    ModeOff,
    NamedTwice,
    NobodyToSeat,
    NoSuchSeat,
    NotEnoughSeats,
    NothingOverdue,
    RemindersUsed,
    SeatIs,
    SeatRefusal,
    SeatState,
    SeatTransferredAway,
    SeatVerb,
    SessionStarted,
)
from lara_core.sessions import (
    AlreadyWaiting,
    CapacityBelowUse,
    HoldWouldLapse,
    NotEnoughPlaces,
    OfferedToAnother,
    PeopleWaiting,
    PlacesForSale,
    SessionOver,
    SessionRefusal,
)
from lara_core.spending import LessSpent, LimitBelowUse, LimitReached, SpendingRefusal
from lara_core.telling.notices import DatesTold, Notice, Template
from lara_core.telling.texts import (
    COUNTED,
    IN_CREDITS,
    NONE_OF,
    TEXTS,
    About,
    Bound,
    InCredits,
    Message,
    Texts,
    faults,
    missing,
)
from lara_core.wallet import (
    CreditHoldWouldLapse,
    DeductionTooLarge,
    EntryKind,
    Misfit,
    NotEnoughCredits,
    NotReversible,
    TopUpSpent,
    WalletFull,
    WalletRefusal,
)
from tests.builders import ANN, BEN, DAN, flaw

ROOT: Final = Path(__file__).parents[1]
LOCALE: Final = ROOT / "src/lara_core/telling/locale"
LANGUAGES: Final = ("en", "fr", "it")

PARIS, TORONTO, TOKYO = Zone("Europe/Paris"), Zone("America/Toronto"), Zone("Asia/Tokyo")
NINE: Final = datetime(2027, 3, 8, 8, tzinfo=UTC)  # in Paris

TEXTS_HERE: Final = Texts(zone=PARIS)
"""What most tests ask: a host that keeps the words as they are."""

ABOUT: Final = About(
    title="Excel avancé",
    starts=NINE,
    zone=PARIS,
    place="Salle 4, 12 rue Haute",
    sign_in="https://example.com/portal",
    organisation="École Haute",
    answer="https://example.com/invitations/7",
    partner="Alfa Srl",
    provider="Beta & fils",
    client="Acme",
    dates={DateNo(1): SessionDate(NINE, NINE + timedelta(hours=8), "Salle 4, 12 rue Haute")},
    accept="https://example.com/dates/yes",
    decline="https://example.com/dates/no",
)

REFUSALS: Final[tuple[type[Any], ...]] = (
    *get_args(SessionRefusal),
    *get_args(SeatRefusal),
    *get_args(RefundRefusal),
    *get_args(RegistrationRefusal),
    *get_args(PurchaseRefusal),
    *get_args(RightsRefusal),
    *get_args(PartnerRefusal),
    *get_args(OfferingRefusal),
    *get_args(WalletRefusal),
    *get_args(SpendingRefusal),
    *get_args(ParticipantRefusal),
    *get_args(EnrolmentRefusal),
    *get_args(ProviderRefusal),
    *get_args(CartRefusal),
    *get_args(CodeRefusal),
    NeverIssued,
    *get_args(CheckoutRefusal),
    *get_args(OfferRefusal),
    *get_args(AccessRefusal),
    *get_args(ScheduleRefusal),
    *get_args(ConfirmationRefusal),
    *get_args(RepliesRefusal),
    *get_args(RosterRefusal),
)

REFUNDS: Final = frozenset({Template.REFUND_REQUESTED, Template.REFUND_SUCCEEDED, Template.REFUND_FAILED})
BASKETS: Final = frozenset({Template.BASKET_PAID, Template.BASKET_DECLINED, Template.BASKET_UNKNOWN})
ACCESS: Final = frozenset({Template.ACCESS_GRANTED, Template.ACCESS_EXTENDED, Template.ACCESS_REVOKED})
PAYMENTS: Final = REFUNDS | {Template.DUE} | BASKETS
INVITATIONS: Final = frozenset({Template.INVITED, Template.REMINDED})
TO_ANSWER: Final = INVITATIONS | {Template.OFFERED}
WALLETS: Final = frozenset({Template.WALLET_EXHAUSTED, Template.WALLET_LOW})
ENROLMENTS: Final = frozenset({Template.PARTICIPANT_ENROLLED, Template.ENROLMENT_CANCELLED})
TO_CLIENTS: Final = frozenset(
    {
        Template.PROPOSED,
        Template.DATES_REMINDED,
        Template.DATES_ACCEPTED,
        Template.DATES_DECLINED,
        Template.DATES_REPLACED,
        Template.DATES_CALLED_OFF,
    }
)
PROPOSING: Final = frozenset({Template.PROPOSED, Template.PROPOSED_COPY})
ABOUT_CLIENTS: Final = frozenset(
    {
        Template.ACCEPTED_SENDER,
        Template.DECLINED_SENDER,
        Template.LAPSED_SENDER,
        Template.ACCEPTED_MASKED,
        Template.DECLINED_MASKED,
    }
)
DATES: Final = TO_CLIENTS | PROPOSING | ABOUT_CLIENTS
LINKED: Final = frozenset({Template.PROPOSED, Template.DATES_REMINDED})
DUE_DATES: Final = PROPOSING | LINKED | {Template.LAPSED_SENDER}
TO_STAFF: Final = WALLETS | DATES | {Template.REGISTRATION_REQUESTED, Template.BASKET_UNKNOWN}
WITHOUT_A_SESSION: Final = WALLETS | BASKETS | ACCESS | DATES
WITHOUT_A_SEAT: Final = (
    TO_STAFF
    | ENROLMENTS
    | BASKETS
    | ACCESS
    | {
        Template.OFFERED,
        Template.WAITING_OVER,
        Template.REGISTERED,
        Template.REGISTRATION_REFUSED,
        Template.REGISTRATION_CANCELLED,
    }
)

# What each language must not have, and how it looks to those who do not see it.
TYPOGRAPHY: Final = {
    "en": {r"'|\"": "a straight quote", r"\s[:;!?]": "a space before punctuation"},
    "fr": {
        r"'|\"|“|”": "an English quote, or a straight apostrophe",
        r"(?<!\u00a0):(?!//)": "no U+00A0 before a colon",
        r"(?<!\u202f)[;!?]": "no U+202F before a semicolon and the like",
        r"«(?!\u00a0)|(?<!\u00a0)»": "no U+00A0 inside guillemets",
    },
    "it": {
        r"'|\"|“|”": "a foreign quote, or a straight apostrophe",
        r"\s[:;!?»]|«\s": "a space before punctuation",
    },
}


# --- The catalogues ---------------------------------------------------------------------------------------

Forms = Mapping[str, tuple[str, ...]]


def read(language: str) -> Catalog:
    """The catalogue as it is written."""
    with (LOCALE / language / "LC_MESSAGES/lara_core.po").open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def written(language: str) -> Forms:
    """Every text of the catalogue with its plural forms, or its only one."""
    return {
        text: (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)
        for message in read(language)
        if (text := message.id if isinstance(message.id, str) else message.id[0])
    }


CATALOGUES: Final[Mapping[str, Forms]] = {language: written(language) for language in LANGUAGES}


def named(form: str) -> frozenset[str]:
    """The fields that a text names."""
    return frozenset(re.findall(r"\{([a-z_]+)\}", form))


def wanted() -> Mapping[str, frozenset[str]]:
    """Every text that must be there, and the fields it may name: by walking the unions and enums once more."""
    refusals = {refusal.code: frozenset(each.name for each in fields(refusal)) for refusal in REFUSALS}
    # What says that there is none of a thing does not name that thing.
    nones = {f"{text}.none": refusals[text] - {NONE_OF[text]} for text in NONE_OF if text in refusals}
    about = frozenset({"sign_in", "organisation"})
    when = frozenset({"starts", "place"})
    nothing = frozenset[str]()
    templates = {
        f"{template}.{part}": about
        | (nothing if template in WALLETS | BASKETS else {"title"})
        | (nothing if template in WITHOUT_A_SESSION or (template in ENROLMENTS and part != "body") else when)
        | ({"partner"} if template in WALLETS | ENROLMENTS else frozenset[str]())
        | ({"provider"} if template in BASKETS else frozenset[str]())
        | ({"opens", "ends"} if template is Template.ACCESS_GRANTED else frozenset[str]())
        | ({"ends"} if template is Template.ACCESS_EXTENDED else frozenset[str]())
        | ({"available"} if template in WALLETS else frozenset[str]())
        | ({"price"} if template is Template.WALLET_EXHAUSTED else frozenset[str]())
        | ({"seats"} if template not in WITHOUT_A_SEAT else frozenset[str]())
        | ({"learner"} if template not in TO_STAFF and not template.endswith("_buyer") else frozenset[str]())
        | ({"until", "answer"} if template in TO_ANSWER else frozenset[str]())
        | ({"amount"} if template in PAYMENTS and part != "body.none" else frozenset[str]())
        | ({"recipient"} if template in DATES else nothing)
        | ({"client"} if template in ABOUT_CLIENTS else nothing)
        | ({"until"} if template in DUE_DATES else nothing)
        | ({"dates"} if template in DATES - {Template.DATES_REPLACED} and part == "body" else nothing)
        | ({"answers"} if template in LINKED and part == "body" else nothing)
        | ({"message", "copies"} if template in PROPOSING and part == "body" else nothing)
        for template in Template
        for part in ("subject", "body", *(("body.none",) if template in ENROLMENTS | {Template.BASKET_PAID} else ()))
    }
    plain = (
        *(f"flaw.{flaw}" for flaw in Flaw),
        *(f"error.{error}" for error in ("stale_state", "id_reused", "not_found")),
        *(f"seat_state.{state}" for state in SeatState),
        *(f"seat_verb.{verb}" for verb in SeatVerb),
        *(f"seat_mode.{mode}" for mode in Mode),
        *(f"seat_cause.{cause}" for cause in Cause),
        *(f"refund_state.{state}" for state in RefundState),
        *(f"refund_verb.{verb}" for verb in RefundVerb),
        *(f"registration_state.{state}" for state in RegistrationState),
        *(f"registration_verb.{verb}" for verb in RegistrationVerb),
        *(f"registration_origin.{origin}" for origin in Origin),
        *(f"buyer_role.{role}" for role in BuyerRole),
        *(f"right.{right}" for right in Right),
        *(f"action.{action}" for action in Action),
        *(f"forum_role.{role}" for role in ForumRole),
        *(f"partner_kind.{kind}" for kind in PartnerKind),
        *(f"entry_kind.{kind}" for kind in EntryKind),
        *(f"misfit.{misfit}" for misfit in Misfit),
        *(f"enrolment_state.{state}" for state in EnrolmentState),
        *(f"enrolment_verb.{verb}" for verb in EnrolmentVerb),
        *(f"basket_state.{state}" for state in BasketState),
        *(f"basket_verb.{verb}" for verb in BasketVerb),
        *(f"line_kind.{kind}" for kind in LineKind),
        *(f"payment_method.{method}" for method in Method),
        *(f"arrangement.{arranged}" for arranged in Arranged),
        *(f"offer_status.{status}" for status in OfferStatus),
        *(f"grant_state.{state}" for state in GrantState),
        *(f"grant_verb.{verb}" for verb in GrantVerb),
        *(f"homework.{homework}" for homework in Homework),
        *(f"access_message.{telling}" for telling in Telling),
        *(f"access_bound.{bound}" for bound in Bound),
        *(f"confirmation_state.{state}" for state in ConfirmationState),
        *(f"confirmation_verb.{verb}" for verb in ConfirmationVerb),
        *(f"client_answer.{answer}" for answer in ClientAnswer),
        *(f"schedule_missing.{lack}" for lack in Missing),
        *(f"confirmation_column.{said}" for said in Column),
        *(f"roster_use.{use}" for use in Use),
        *(f"roster_reason.{reason}" for reason in Reason),
    )
    shown = {
        "confirmation.proposed.opening": frozenset({"title", "sign_in", "organisation", "recipient"}),
        **{f"confirmation_row.{standing}": frozenset({"on", "until"}) for standing in ("awaiting", "lapsed")},
        **{f"confirmation_row.{standing}": frozenset({"on"}) for standing in ("accepted", "declined", "by_hand")},
        "show.date": frozenset({"day", "times"}),
        "show.date_at": frozenset({"day", "times", "place"}),
        "show.place": frozenset({"place"}),
        "show.zone": frozenset({"zone"}),
        "show.link": frozenset({"label", "link"}),
        "show.copies": frozenset({"people"}),
        "show.instant": frozenset({"date", "time", "zone"}),
        "show.more": frozenset({"count"}),
        "show.credits": frozenset({"count"}),
    }
    return refusals | nones | templates | dict.fromkeys(plain, frozenset[str]()) | shown


def wrong(catalogues: Mapping[str, Forms]) -> Iterator[str]:
    """What is wrong with *catalogues*, held against each other and against the code."""
    known = wanted()
    for language, texts in catalogues.items():
        yield from (f"{language}: {text} is missing" for text in known if text not in texts)
        yield from (f"{language}: {text} is nowhere used" for text in texts if text not in known)
        for text in known.keys() & texts.keys():
            forms, counted = texts[text], COUNTED.get(text)
            if len(forms) != (1 if counted is None else 2):
                yield f"{language}: {text} has {len(forms)} forms"
            # "One place is left" need not show the number again; every other form is complete.
            whole = named(forms[-1])
            for form in forms:
                if not form.strip():
                    yield f"{language}: {text} is blank"
                elif not whole - {counted} <= named(form) <= whole:
                    yield f"{language}: {text} has forms that differ"
            if not whole <= known[text]:
                yield f"{language}: {text} names what it does not have"
            if text in catalogues["en"] and whole != named(catalogues["en"][text][-1]):
                yield f"{language}: {text} names other fields than in English"


def spoilt(language: str, text: str, *forms: str) -> Mapping[str, Forms]:
    """The catalogues with one text changed, or taken out where no form is given."""
    texts = {kept: given for kept, given in CATALOGUES[language].items() if kept != text}
    return {**CATALOGUES, language: {**texts, text: forms} if forms else texts}


def test_the_catalogues_are_complete_and_alike() -> None:
    """Every refusal, flaw, template and label has its words in three languages, with the same fields (T2).

    This holds more than `pybabel update --check` would: ids come from unions and enums, not from calls in the source.
    """
    assert list(wrong(CATALOGUES)) == []


@pytest.mark.parametrize(
    ("catalogues", "found"),
    [
        (spoilt("it", "seats.no_such_seat"), "it: seats.no_such_seat is missing"),
        (spoilt("fr", "seats.no_such_seet", "Oups."), "fr: seats.no_such_seet is nowhere used"),
        (spoilt("fr", "seats.same_holder", "La place {seat} à {holder}."), "names what it does not have"),
        (spoilt("en", "seats.same_holder", "Seat {holder}."), "names what it does not have"),
        (spoilt("it", "seats.same_holder", "Un posto."), "it: seats.same_holder names other fields than in English"),
        (spoilt("en", "flaw.empty", " "), "en: flaw.empty is blank"),
        (spoilt("en", "show.more", "{count} more"), "en: show.more has 1 forms"),
        (spoilt("it", "flaw.empty", "Vuoto.", "Vuoti."), "it: flaw.empty has 2 forms"),
        (spoilt("it", "seats.learners_needed", "{named}", "{named}"), "names other fields than in English"),
        (spoilt("it", "seats.learners_needed", "{seats}", "{seats} {named}"), "it: seats.learners_needed has forms"),
    ],
)
def test_the_checker_sees_a_seeded_fault(catalogues: Mapping[str, Forms], found: str) -> None:
    """The test above finds what it is there for."""
    assert [fault for fault in wrong(catalogues) if found in fault] != []


def test_no_refusal_is_forgotten() -> None:
    """Whatever the library refuses has words: the unions that are walked here are all there are (T2, K11)."""
    assert set(REFUSALS) == set(get_args(AnyRefusal))


def test_what_is_listed_is_what_is_there() -> None:
    """`TEXTS` says which texts there are and what each may name, `COUNTED` and `NONE_OF` what their forms go by."""
    assert (
        TEXTS,
        {text for text in COUNTED if COUNTED[text] not in TEXTS.get(text, ())},
        {text for text in NONE_OF if NONE_OF[text] not in TEXTS.get(text, ())},
    ) == (MappingProxyType(dict(wanted())), set(), set())


def test_whatever_may_lack_something_has_words_for_it() -> None:
    """A text that names a field that can be `None` says something else where it is: nobody reads "None" (K11)."""
    optional = {
        (refusal.code, each.name)
        for refusal in REFUSALS
        for each in fields(refusal)
        if type(None) in get_args(each.type) and each.name in named(CATALOGUES["en"][refusal.code][-1])
    }
    assert optional == {
        ("seats.nothing_overdue", "then"),
        ("refunds.nothing_due", "seat"),
        ("offers.grant_in_force", "until"),
    }
    assert optional <= set(NONE_OF.items())


def test_every_sum_of_credits_is_a_number() -> None:
    """What is listed as credits exists, and is none of the fields that say so themselves (W4)."""
    plain = {(refusal.code, each.name) for refusal in REFUSALS for each in fields(refusal) if each.type is int}
    assert {(text, name) for text, names in IN_CREDITS.items() for name in names} <= plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_unfinished(language: str) -> None:
    """Nothing fuzzy, nothing obsolete, and the plural rule is the language's."""
    catalogue = read(language)
    fuzzy = [message.id for message in catalogue if message.id and message.fuzzy]
    assert (fuzzy, list(catalogue.obsolete), catalogue.plural_forms) == ([], [], str(get_plural(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_texts_are_those_that_are_written(language: str) -> None:
    """What is said is what stands in the catalogue; where this fails, run `make texts`."""
    with (LOCALE / language / "LC_MESSAGES/lara_core.mo").open("rb") as stream:
        compiled = GNUTranslations(stream)
    assert CATALOGUES[language] == {
        text: (compiled.ngettext(text, text, 1), compiled.ngettext(text, text, 2))
        if text in COUNTED
        else (compiled.gettext(text),)
        for text in CATALOGUES[language]
    }


def misprints(language: str, texts: Forms) -> list[str]:
    """Where a text breaks its language's typography."""
    return [
        f"{text}: {what}"
        for text, forms in texts.items()
        for pattern, what in TYPOGRAPHY[language].items()
        if any(re.search(pattern, form) for form in forms)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_typography_is_the_languages_own(language: str) -> None:
    """Apostrophes, quotes and the spaces around punctuation are as a printer of that language sets them."""
    assert misprints(language, CATALOGUES[language]) == []


@pytest.mark.parametrize(
    ("language", "form"),
    [
        ("en", "It's late."),
        ("en", "Really ?"),
        ("fr", "Aujourd'hui."),
        ("fr", "Début : demain."),
        ("fr", "Début: demain."),
        ("fr", "Vraiment\u00a0?"),
        ("fr", "la rubrique « Gestion »"),
        ("fr", "la rubrique “Gestion”"),
        ("it", "l'elenco"),
        ("it", "« Gestione »"),
        ("it", "Inizio : domani"),
    ],
)
def test_the_typographer_sees_a_seeded_fault(language: str, form: str) -> None:
    """The test above finds what it is there for."""
    assert misprints(language, {"seeded": (form,)}) != []


# --- Refusals ---------------------------------------------------------------------------------------------

SAMPLES: Final[Mapping[object, Any]] = {
    Credits: Credits(1_200),
    Right: Right.SESSIONS,
    Action: Action.EDIT,
    EntryKind: EntryKind.REVERSAL,
    Format: Format.XLSX,
    EnrolmentState: EnrolmentState.WITHDRAWN,
    PartnerId: PartnerId("alfa"),
    PartnerId | None: PartnerId("alfa"),
    ActorId: ActorId("administrator"),
    ClientId: ClientId("client"),
    CourseId: CourseId("safety"),
    EnrolmentId: EnrolmentId("enrolment"),
    LimitId: LimitId("north"),
    LimitId | None: LimitId("north"),
    SessionId | None: SessionId("excel"),
    int: 2,
    SeatNo: SeatNo(4),
    SeatNo | None: SeatNo(4),
    datetime | None: NINE,
    Person: DAN,
    BuyerRole: BuyerRole.MANAGER,
    RegistrationState: RegistrationState.REFUSED,
    SeatState: SeatState.FREE,
    Mode: Mode.CONFIRMATION,
    datetime: NINE,
    Deadline: Deadline.at(NINE),
    tuple[Person, ...]: (ANN, BEN),
    HoldId: HoldId("hold"),
    SessionId: SessionId("excel"),
    TransactionId: TransactionId("order"),
    RefundId: RefundId("refund"),
    RefundState: RefundState.SUCCEEDED,
    Money: Money.of("12.50", "EUR"),
    ProviderId: ProviderId("beta"),
    Currency: Currency("CAD"),
    LineId: LineId("line"),
    BasketState: BasketState.UNKNOWN,
    CodeId | None: CodeId("spring"),
    OfferId: OfferId("plan"),
    GrantState: GrantState.REVOKED,
    LessonId: LessonId("one"),
    ClientAnswer: ClientAnswer.DECLINED,
    ConfirmationState: ConfirmationState.LAPSED,
    Missing: Missing.PLACE,
    ProposalId: ProposalId("first"),
    DateNo: DateNo(2),
    EmailAddress: EmailAddress("ann@example.com"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.code)
def test_every_refusal_is_said(refusal: type[Any], language: str) -> None:
    """A sentence or two that end, with nothing left to fill in, and without the code (K11, T2)."""
    said = TEXTS_HERE.say(refusal(*(SAMPLES[each.type] for each in fields(refusal))), language)
    assert (said[-1], refusal.code in said, re.findall(r"[{}_]", said)) == (".", False, [])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "This e-mail address is not valid. Check it and try again."),
        ("fr", "Cette adresse électronique n’est pas valide. Vérifiez-la et réessayez."),
        ("it", "Questo indirizzo e-mail non è valido. Lo controlli e riprovi."),
    ],
)
def test_a_bad_value_is_said_by_its_flaw(language: str, expected: str) -> None:
    """What was typed wrongly is told without the field's name, which is the programmer's."""
    with pytest.raises(BadValue) as caught:
        _ = EmailAddress("nobody")
    assert TEXTS_HERE.say(caught.value, language) == expected


@pytest.mark.parametrize(
    ("language", "error", "expected"),
    [
        ("en", StaleState("x"), "Somebody else has just changed this. Refresh the page and try again."),
        ("fr", NotFound(Message), "Cet élément est introuvable. Vérifiez le lien ou revenez à la liste."),
        (
            "it",
            IdReused("x"),
            "Questa richiesta è già servita per un’altra operazione. Aggiorni la pagina e ricominci.",
        ),
    ],
)
def test_what_a_store_answers_is_said(language: str, error: StaleState | NotFound | IdReused, expected: str) -> None:
    """A person is told what to do about it, and not what the programmer was told."""
    assert TEXTS_HERE.say(error, language) == expected


@pytest.mark.parametrize(
    ("language", "available", "expected"),
    [
        ("en", 0, "This session is full. Choose another session."),
        (
            "en",
            1,
            (
                "Only one place is left in this session, and you asked for 1,000,000."
                " Ask for fewer places or choose another session."
            ),
        ),
        (
            "en",
            2,
            (
                "Only 2 places are left in this session, and you asked for 1,000,000."
                " Ask for fewer places or choose another session."
            ),
        ),
        ("fr", 0, "Cette session est complète. Choisissez une autre session."),
        (
            "fr",
            1,
            (
                "Il ne reste qu’une place dans cette session, mais vous en demandez 1\u202f000\u202f000."
                " Demandez-en moins ou choisissez une autre session."
            ),
        ),
        (
            "fr",
            2,
            (
                "Il ne reste que 2 places dans cette session, mais vous en demandez 1\u202f000\u202f000."
                " Demandez-en moins ou choisissez une autre session."
            ),
        ),
        ("it", 0, "Questa sessione è al completo. Scelga un’altra sessione."),
        (
            "it",
            1,
            (
                "In questa sessione resta un solo posto, ma ne sono stati richiesti 1.000.000."
                " Ne richieda meno o scelga un’altra sessione."
            ),
        ),
        (
            "it",
            2_000,
            (
                "In questa sessione restano solo 2.000 posti, ma ne sono stati richiesti 1.000.000."
                " Ne richieda meno o scelga un’altra sessione."
            ),
        ),
    ],
)
def test_a_number_has_its_plural(language: str, available: int, expected: str) -> None:
    """None, one and several are said as people say them, and numbers are grouped as they write them (T2)."""
    assert TEXTS_HERE.say(NotEnoughPlaces(1_000_000, available), language) == expected


@pytest.mark.parametrize(
    ("language", "seats", "expected"),
    [
        ("en", 0, "and you have chosen 3 for 0 seats."),
        ("en", 1, "and you have chosen 3 for 1 seat."),
        ("en", 2, "and you have chosen 3 for 2 seats."),
        ("fr", 0, "or vous en avez désigné 3 pour 0 place."),
        ("fr", 1, "or vous en avez désigné 3 pour 1 place."),
        ("fr", 2, "or vous en avez désigné 3 pour 2 places."),
        ("fr", 1_000_000, "or vous en avez désigné 3 pour 1\u202f000\u202f000 places."),
        ("it", 0, "Per 0 posti occorre indicare altrettante persone, non 3."),
        ("it", 1, "Per 1 posto occorre indicare una sola persona, non 3."),
        ("it", 2, "Per 2 posti occorre indicare altrettante persone, non 3."),
    ],
)
def test_zero_is_singular_in_french_alone(language: str, seats: int, expected: str) -> None:
    """Plural rules are the language's own: French counts nothing as one."""
    assert expected in TEXTS_HERE.say(LearnersNeeded(seats, 3), language)


@pytest.mark.parametrize("seats", [1, 2, 1_000_000])
@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "You have not chosen anybody. Choose one person for each seat."),
        ("fr", "Vous n’avez désigné personne. Désignez une personne par place."),
        ("it", "Non ha indicato nessuno. Indichi una persona per ciascun posto."),
    ],
)
def test_nobody_is_said_as_nobody(language: str, expected: str, seats: int) -> None:
    """A purchase that names no learner at all is not told that it named "0", however many seats there are (S8)."""
    assert TEXTS_HERE.say(LearnersNeeded(seats, 0), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "The capacity cannot be 5: 1,000,000 places are already taken or on hold. Enter 1,000,000 or more."),
        (
            "fr",
            (
                "La capacité ne peut pas être fixée à 5\u00a0: 1\u202f000\u202f000 places sont déjà prises"
                " ou réservées. Indiquez au moins 1\u202f000\u202f000."
            ),
        ),
        (
            "it",
            "La capienza non può essere di 5: 1.000.000 posti sono già occupati o riservati. Indichi almeno 1.000.000.",
        ),
    ],
)
def test_a_million_is_many(language: str, expected: str) -> None:
    """The most that a session can hold is said like any other number above one."""
    assert TEXTS_HERE.say(CapacityBelowUse(5, 1_000_000), language) == expected


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (NotEnoughSeats(1, 0), "Aucune place n’est libre dans cet achat."),
        (NotEnoughSeats(2, 1), "Vous avez désigné 2 personnes, mais il n’y a qu’une place libre."),
        (NobodyToSeat(()), "Vous n’avez désigné personne."),
        (NobodyToSeat((ANN,)), "Cette personne a déjà une place dans la session\u00a0: ann@example.com."),
        (
            AlreadySeated((ANN, BEN)),
            "Ces personnes ont déjà une place dans la session\u00a0: ann@example.com et ben@example.com.",
        ),
        (NamedTwice((ANN, ANN)), "Cette personne est désignée plusieurs fois\u00a0: ann@example.com."),
    ],
)
def test_people_are_counted_and_named_once(refusal: Refusal, expected: str) -> None:
    """Somebody who was named three times is one person, shown by the address that was typed (K7)."""
    assert TEXTS_HERE.say(refusal, "fr").startswith(f"{expected} ")


@pytest.mark.parametrize(
    ("many", "language", "expected"),
    [
        (10, "en", "p9@example.com and p10@example.com. Create"),
        (11, "en", "p10@example.com and 1 more. Create"),
        (5_000, "en", "p10@example.com and 4,990 more. Create"),
        (11, "fr", "p10@example.com et 1 autre. Créez"),
        (12, "fr", "p10@example.com et 2 autres. Créez"),
        (11, "it", "p10@example.com e un altro. Crei"),
        (12, "it", "p10@example.com e altri 2. Crei"),
    ],
)
def test_a_long_list_is_cut(many: int, language: str, expected: str) -> None:
    """A sentence names ten people and says how many more there are; the refusal itself holds them all."""
    people = tuple(Person.of(f"p{number}@example.com") for number in range(1, many + 1))
    assert expected in TEXTS_HERE.say(AccountNeeded(people), language)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Seat 4321 is cancelled, so this is not possible. Choose another seat."),
        ("fr", "La place 4321 est annulée\u00a0: cette action n’est pas possible. Choisissez une autre place."),
        ("it", "Il posto 4321 è annullato: l’operazione non è possibile. Scelga un altro posto."),
    ],
)
def test_a_state_is_a_word_and_a_seat_a_number(language: str, expected: str) -> None:
    """A seat's state is shown by its label, and its number without separators, for it is a name."""
    assert TEXTS_HERE.say(SeatIs(SeatNo(4321), SeatState.CANCELLED), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "The session started on Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00): nobody can be invited, answer"
                " an invitation, give up a place, be taken off a seat or be transferred any more, and no seat can be"
                " reactivated. Free seats can still be assigned directly until the session ends."
            ),
        ),
        (
            "fr",
            (
                "La session a commencé le lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\u00a0: il n’est plus possible"
                " d’inviter, de répondre à une invitation, de renoncer à une place, ni de la révoquer, de la transférer"
                " ou de la réactiver. Les places libres peuvent encore être attribuées directement jusqu’à la fin de la"
                " session."
            ),
        ),
        (
            "it",
            (
                "La sessione è iniziata lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00): non è più possibile"
                " invitare, rispondere a un invito, rinunciare a un posto né revocarlo, trasferirlo o riattivarlo. Fino"
                " al termine della sessione è ancora possibile assegnare direttamente i posti liberi."
            ),
        ),
    ],
)
def test_an_instant_is_told_with_its_zone(language: str, expected: str) -> None:
    """Nobody has to guess whose nine o'clock it is."""
    assert TEXTS_HERE.say(SessionStarted(NINE), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This person does not have an account on the portal yet: dan@example.com. Create the account and try"
                " again; to offer them a seat without one, send an invitation."
            ),
        ),
        (
            "fr",
            (
                "Cette personne n’a pas encore de compte sur le portail\u00a0: dan@example.com. Créez son compte et"
                " réessayez\u202f; pour lui proposer une place sans compte, envoyez-lui une invitation."
            ),
        ),
        (
            "it",
            (
                "Questa persona non ha ancora un account sul portale: dan@example.com. Crei l’account e riprovi;"
                " per offrirle un posto senza account, le invii un invito."
            ),
        ),
    ],
)
def test_who_has_no_account_can_be_invited(language: str, expected: str) -> None:
    """A bare address is refused a seat at once, and the way out is said: create the account, or invite (S4)."""
    assert TEXTS_HERE.say(AccountNeeded((DAN,)), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "The mode ‘immediate enrolment’ is not available for these seats. Choose the other one."),
        (
            "fr",
            ("Le mode «\u00a0inscription immédiate\u00a0» n’est pas proposé pour ces places. Choisissez l’autre mode."),
        ),
        ("it", "La modalità «iscrizione immediata» non è disponibile per questi posti. Scelga l’altra modalità."),
    ],
)
def test_a_mode_is_named(language: str, expected: str) -> None:
    """Which mode is off is said in words, not by its code (S3)."""
    assert TEXTS_HERE.say(ModeOff(Mode.IMMEDIATE), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This invitation had to be answered by Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00), and before"
                " the session started. If you would still like to take part, contact the person who reserved the"
                " place for you."
            ),
        ),
        (
            "fr",
            (
                "Il fallait répondre à cette invitation au plus tard le lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00),"
                " et avant le début de la session. Si vous souhaitez encore participer, adressez-vous à la personne"
                " qui vous avait réservé cette place."
            ),
        ),
        (
            "it",
            (
                "A questo invito si doveva rispondere entro lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00),"
                " e prima dell’inizio della sessione. Se desidera ancora partecipare, si rivolga a chi le aveva"
                " riservato il posto."
            ),
        ),
    ],
)
def test_an_expired_invitation_says_both_its_ends(language: str, expected: str) -> None:
    """The session's start ends an invitation too, so what is said is true whichever came first (S7)."""
    assert TEXTS_HERE.say(InvitationExpired(SeatNo(4), Deadline.at(NINE)), language) == expected


@pytest.mark.parametrize(
    ("reminders", "expected"),
    [
        (0, "No reminders are sent for seat 4321."),
        (1, "The only reminder allowed for seat 4321 has already been sent."),
        (2, "The 2 reminders allowed for seat 4321 have already been sent."),
    ],
)
def test_reminders_are_counted(reminders: int, expected: str) -> None:
    """A policy without reminders, with one, and with several are said apart (S7)."""
    said = TEXTS_HERE.say(RemindersUsed(SeatNo(4321), reminders), "en")
    assert said == f"{expected} Contact the person yourself, or revoke the seat."


def test_a_call_can_name_the_zone() -> None:
    """A host that knows the session's zone tells its time there, and not in the organisation's."""
    said = TEXTS_HERE.say(SessionOver(NINE), "fr-CA", zone=TORONTO)
    assert said == (
        "Cette session s’est terminée le lundi 8 mars 2027 à 03 h 00 (Toronto, UTC−05:00)\u00a0:"
        " cette action n’est plus possible. Choisissez une session à venir."
    )


def test_a_day_is_told_as_a_day() -> None:
    """A deadline that was given as a date is that date wherever it is read; one given as an instant has a time (K8)."""
    day = TEXTS_HERE.say(HoldWouldLapse(Deadline.on(date(2027, 3, 8), TOKYO)), "en")
    instant = TEXTS_HERE.say(HoldWouldLapse(Deadline.at(NINE)), "en", zone=TOKYO)
    assert (day, instant) == (
        "Places cannot be held until Monday, 8 March 2027: that time has passed. Choose a later one.",
        (
            "Places cannot be held until Monday, 8 March 2027 at 17:00 (Tokyo, UTC+09:00): that time has passed."
            " Choose a later one."
        ),
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This would refund €1,234.50, but only €0.01 of this payment can still be refunded."
                " Check what has been refunded already."
            ),
        ),
        (
            "fr",
            (
                "Il faudrait rembourser 1\u202f234,50\u00a0€, mais ce paiement ne permet plus de rembourser que"
                " 0,01\u00a0€. Vérifiez ce qui a déjà été remboursé."
            ),
        ),
        (
            "it",
            (
                "Il rimborso sarebbe di 1.234,50\u00a0€, ma di questo pagamento si possono ancora rimborsare solo"
                " 0,01\u00a0€. Controlli quanto è già stato rimborsato."
            ),
        ),
    ],
)
def test_what_is_left_to_refund_is_said(language: str, expected: str) -> None:
    """Who asks for more than was captured reads both amounts, as that language writes them (S12)."""
    refusal = MoreThanCaptured(Money.of("1234.50", "EUR"), Money.of("0.01", "EUR"))
    assert TEXTS_HERE.say(refusal, language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This refund is marked as completed, so this is not possible."
                " Refresh the page to see what can still be done."
            ),
        ),
        (
            "fr",
            (
                "Ce remboursement est effectué\u00a0: cette action n’est pas possible."
                " Actualisez la page pour voir ce qui peut encore être fait."
            ),
        ),
        (
            "it",
            (
                "Il rimborso è effettuato: l’operazione non è possibile."
                " Aggiorni la pagina per vedere che cosa si può ancora fare."
            ),
        ),
    ],
)
def test_how_far_a_refund_is_is_a_word(language: str, expected: str) -> None:
    """The state of a refund is shown by its label, and its id, which is the program's, is not shown (S12)."""
    assert TEXTS_HERE.say(RefundIs(RefundId("r-17"), RefundState.SUCCEEDED), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This session ended on Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00), so this is no longer possible."
                " Choose an upcoming session."
            ),
        ),
        (
            "fr",
            (
                "Cette session s’est terminée le lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\u00a0: cette action n’est"
                " plus possible. Choisissez une session à venir."
            ),
        ),
        (
            "it",
            (
                "Questa sessione è terminata lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00): l’operazione non è"
                " più possibile. Scelga una sessione futura."
            ),
        ),
    ],
)
def test_a_session_that_is_over_is_over_for_all(language: str, expected: str) -> None:
    """One sentence for who sells, holds, waits, offers and cancels: it speaks of none of them alone (N1, N2, S14)."""
    assert TEXTS_HERE.say(SessionOver(NINE), language) == expected


@pytest.mark.parametrize(
    ("language", "available", "expected"),
    [
        ("en", 1, "One place is still available in this session, so there is no need to wait. Book it now."),
        ("en", 2, "2 places are still available in this session, so there is no need to wait. Book one now."),
        (
            "fr",
            1,
            (
                "Une place est encore disponible dans cette session\u00a0: il est inutile d’attendre."
                " Réservez-la dès maintenant."
            ),
        ),
        (
            "fr",
            2,
            (
                "2 places sont encore disponibles dans cette session\u00a0: il est inutile d’attendre."
                " Réservez-en une dès maintenant."
            ),
        ),
        (
            "it",
            1,
            "In questa sessione c’è ancora un posto disponibile: non occorre attendere. Lo prenoti subito.",
        ),
        (
            "it",
            2,
            "In questa sessione ci sono ancora 2 posti disponibili: non occorre attendere. Ne prenoti uno subito.",
        ),
    ],
)
def test_who_need_not_wait_is_told_how_many_places_there_are(language: str, available: int, expected: str) -> None:
    """One and several places for sale are said apart, and the way out is to buy (N2)."""
    assert TEXTS_HERE.say(PlacesForSale(available), language) == expected


@pytest.mark.parametrize(
    ("language", "waiting", "expected"),
    [
        (
            "en",
            1,
            (
                "The capacity cannot be removed: one person is waiting for a place, or has been offered one."
                " Enter a number of places instead."
            ),
        ),
        (
            "en",
            1_000,
            (
                "The capacity cannot be removed: 1,000 people are waiting for a place, or have been offered one."
                " Enter a number of places instead."
            ),
        ),
        (
            "fr",
            1,
            (
                "La capacité ne peut pas être supprimée\u00a0: une personne attend une place, ou s’en est vu proposer"
                " une. Indiquez plutôt un nombre de places."
            ),
        ),
        (
            "fr",
            2,
            (
                "La capacité ne peut pas être supprimée\u00a0: 2 personnes attendent une place, ou s’en sont vu"
                " proposer une. Indiquez plutôt un nombre de places."
            ),
        ),
        (
            "it",
            1,
            (
                "Non è possibile togliere il limite di capienza: una persona attende un posto o ne ha ricevuto"
                " l’offerta. Indichi invece un numero di posti."
            ),
        ),
        (
            "it",
            2,
            (
                "Non è possibile togliere il limite di capienza: 2 persone attendono un posto o ne hanno ricevuto"
                " l’offerta. Indichi invece un numero di posti."
            ),
        ),
    ],
)
def test_who_waits_is_counted(language: str, waiting: int, expected: str) -> None:
    """One person and several who wait are said apart (N2)."""
    assert TEXTS_HERE.say(PeopleWaiting(waiting), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This person is already on the waiting list, or has been offered a place: dan@example.com."
                " If there is an offer, answer it; otherwise, there is nothing more to do."
            ),
        ),
        (
            "fr",
            (
                "Cette personne est déjà sur la liste d’attente, ou une place lui a été proposée\u00a0:"
                " dan@example.com. S’il y a une proposition, il faut y répondre\u202f; sinon, il n’y a rien d’autre"
                " à faire."
            ),
        ),
        (
            "it",
            (
                "Questa persona è già in lista d’attesa, o le è stato offerto un posto: dan@example.com."
                " Se c’è un’offerta, occorre rispondere; altrimenti non c’è altro da fare."
            ),
        ),
    ],
)
def test_who_waits_already_is_told_that_it_is_enough(language: str, expected: str) -> None:
    """It fits whoever waits and whoever has an offer, and who asks for them (N2)."""
    assert TEXTS_HERE.say(AlreadyWaiting(DAN), language) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "This place is being kept for somebody else from the waiting list. Use only an offer that you have"
                " received yourself, or choose another session."
            ),
        ),
        (
            "fr",
            (
                "Cette place est réservée à une autre personne de la liste d’attente. N’utilisez qu’une proposition que"
                " vous avez reçue vous-même, ou choisissez une autre session."
            ),
        ),
        (
            "it",
            (
                "Questo posto è riservato a un’altra persona in lista d’attesa. Utilizzi solo un’offerta ricevuta a suo"
                " nome o scelga un’altra sessione."
            ),
        ),
    ],
)
def test_somebody_elses_offer_is_not_named(language: str, expected: str) -> None:
    """Neither the offer's id nor who it is for is shown to who tries to use it (N2, K11)."""
    assert TEXTS_HERE.say(OfferedToAnother(HoldId("offer:7.1")), language) == expected


@pytest.mark.parametrize(
    ("then", "language", "expected"),
    [
        (
            NINE,
            "en",
            (
                "No seat has been left to assign for long enough to be cancelled. The first can be cancelled from"
                " Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)."
            ),
        ),
        (
            NINE,
            "fr",
            (
                "Aucune place n’est restée à attribuer assez longtemps pour être annulée. La première pourra l’être à"
                " partir du lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)."
            ),
        ),
        (
            NINE,
            "it",
            (
                "Nessun posto è rimasto da assegnare abbastanza a lungo da poter essere annullato. Il primo potrà"
                " esserlo a partire da lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)."
            ),
        ),
        (
            None,
            "en",
            ("No seat can be cancelled for not having been assigned. To cancel seats for another reason, select them."),
        ),
        (
            None,
            "fr",
            (
                "Aucune place ne peut être annulée faute d’attribution."
                " Pour en annuler pour une autre raison, sélectionnez-les."
            ),
        ),
        (
            None,
            "it",
            (
                "Nessun posto può essere annullato per mancata assegnazione."
                " Per annullarne per un altro motivo, li selezioni."
            ),
        ),
    ],
)
def test_what_is_not_overdue_says_when_it_will_be(then: datetime | None, language: str, expected: str) -> None:
    """Where it never will be, because nothing is to assign or the policy has no delay, no time is told (S10)."""
    assert TEXTS_HERE.say(NothingOverdue(then), language) == expected


@pytest.mark.parametrize(
    ("seat", "language", "expected"),
    [
        (
            SeatNo(4321),
            "en",
            "Nothing is due for seat 4321. Refresh the page to see what is still to be paid.",
        ),
        (
            SeatNo(4321),
            "fr",
            "Rien n’est à régler pour la place 4321. Actualisez la page pour voir ce qui reste à payer.",
        ),
        (
            SeatNo(4321),
            "it",
            "Per il posto 4321 non c’è nulla da pagare. Aggiorni la pagina per vedere che cosa resta da pagare.",
        ),
        (None, "en", "You have not chosen any seat. Select at least one for which a payment is due."),
        (
            None,
            "fr",
            ("Vous n’avez choisi aucune place. Sélectionnez au moins une place pour laquelle un montant est à régler."),
        ),
        (None, "it", "Non ha scelto alcun posto. Selezioni almeno un posto per cui c’è un importo da pagare."),
    ],
)
def test_a_payment_that_is_not_due_names_its_seat(seat: SeatNo | None, language: str, expected: str) -> None:
    """By its number, which is a name, or says that no seat was chosen (S13)."""
    assert TEXTS_HERE.say(NothingDue(seat), language) == expected


@pytest.mark.parametrize(
    ("until", "language", "expected"),
    [
        (
            Deadline.on(date(2027, 3, 1), PARIS),
            "en",
            (
                "The invoice for these seats can be paid until Monday, 1 March 2027."
                " Wait until then before you release them."
            ),
        ),
        (
            Deadline.on(date(2027, 3, 1), PARIS),
            "fr",
            (
                "La facture de ces places peut être payée jusqu’au lundi 1er mars 2027."
                " Attendez cette échéance pour les libérer."
            ),
        ),
        (
            Deadline.at(NINE),
            "it",
            (
                "La fattura di questi posti può essere pagata fino a lunedì 8 marzo 2027 alle ore 09:00 (Parigi,"
                " UTC+01:00). Attenda questa scadenza prima di liberarli."
            ),
        ),
    ],
)
def test_an_invoice_says_until_when_it_can_be_paid(until: Deadline, language: str, expected: str) -> None:
    """A due date that was given as a day is told as a day, also the first of a month (S17, K8)."""
    assert TEXTS_HERE.say(InvoiceNotDue(until), language) == expected


@pytest.mark.parametrize(
    ("refusal", "language", "expected"),
    [
        (
            RefundPending(SeatNo(4321), RefundId("r-17")),
            "en",
            (
                "The refund for seat 4321 has not been completed yet, so the seat cannot be reactivated."
                " Try again once it has."
            ),
        ),
        (
            RefundPending(SeatNo(4321), RefundId("r-17")),
            "fr",
            (
                "Le remboursement de la place 4321 n’est pas encore effectué\u00a0: elle ne peut pas être réactivée."
                " Réessayez une fois le remboursement effectué."
            ),
        ),
        (
            RefundPending(SeatNo(4321), RefundId("r-17")),
            "it",
            (
                "Il rimborso del posto 4321 non è ancora stato effettuato: il posto non può essere riattivato."
                " Riprovi a rimborso avvenuto."
            ),
        ),
        (
            SeatTransferredAway(SeatNo(4321)),
            "en",
            (
                "Seat 4321 was transferred to another session, so it cannot be reactivated."
                " Buy another seat if necessary."
            ),
        ),
        (
            SeatTransferredAway(SeatNo(4321)),
            "fr",
            (
                "La place 4321 a été transférée vers une autre session\u00a0: elle ne peut pas être réactivée."
                " Si nécessaire, achetez une autre place."
            ),
        ),
        (
            SeatTransferredAway(SeatNo(4321)),
            "it",
            (
                "Il posto 4321 è stato trasferito a un’altra sessione: non può essere riattivato."
                " Se necessario, acquisti un altro posto."
            ),
        ),
        (
            OtherProvider(),
            "en",
            (
                "The other session is sold by another provider, so a transfer is not possible."
                " Cancel the seat and buy one in the other session."
            ),
        ),
        (
            OtherProvider(),
            "fr",
            (
                "L’autre session est vendue par un autre fournisseur\u00a0: le transfert n’est pas possible."
                " Annulez la place et achetez-en une dans l’autre session."
            ),
        ),
        (
            OtherProvider(),
            "it",
            (
                "L’altra sessione è venduta da un altro fornitore: il trasferimento non è possibile."
                " Annulli il posto e ne acquisti uno nell’altra sessione."
            ),
        ),
        (
            BulkBuyingOff(BuyerRole.MANAGER),
            "en",
            (
                "Group purchase is not available to the role ‘manager’ on this portal."
                " Buy places one at a time, or contact the organisation."
            ),
        ),
        (
            BulkBuyingOff(BuyerRole.MANAGER),
            "fr",
            (
                "Sur ce portail, l’achat en lot n’est pas proposé au rôle «\u00a0gestionnaire\u00a0»."
                " Achetez les places une par une ou adressez-vous à l’organisation."
            ),
        ),
        (
            BulkBuyingOff(BuyerRole.MANAGER),
            "it",
            (
                "Su questo portale l’acquisto multiplo non è disponibile per il ruolo «responsabile»."
                " Acquisti i posti uno alla volta o si rivolga all’organizzazione."
            ),
        ),
        (
            RegistrantSits(DAN),
            "en",
            "This person already has a place in the session: dan@example.com. Choose somebody else.",
        ),
        (
            RegistrantSits(DAN),
            "fr",
            "Cette personne a déjà une place dans la session\u00a0: dan@example.com. Désignez quelqu’un d’autre.",
        ),
        (
            RegistrantSits(DAN),
            "it",
            "Questa persona ha già un posto nella sessione: dan@example.com. Indichi un’altra persona.",
        ),
        (
            RegistrationIs(RegistrationState.REGISTERED),
            "en",
            "This registration is confirmed, so this is not possible. Refresh the page to see what can still be done.",
        ),
        (
            RegistrationIs(RegistrationState.REFUSED),
            "fr",
            (
                "Cette inscription est refusée\u00a0: cette action n’est pas possible."
                " Actualisez la page pour voir ce qui peut encore être fait."
            ),
        ),
        (
            RegistrationIs(RegistrationState.CANCELLED),
            "it",
            (
                "L’iscrizione è annullata: l’operazione non è possibile."
                " Aggiorni la pagina per vedere che cosa si può ancora fare."
            ),
        ),
    ],
)
def test_a_refusal_says_what_to_do_next(refusal: Refusal, language: str, expected: str) -> None:
    """What is wrong first, then the way out, as each language says it (T2, S1, S13, N3, N4)."""
    assert TEXTS_HERE.say(refusal, language) == expected


def lacking(people: int, price: int, available: int) -> NotEnoughCredits:
    """So many people cannot all be enrolled at that price."""
    cost = Credits(price)
    return NotEnoughCredits(PartnerId("alfa"), 3, cost, people, price * people, available, available // price)


@pytest.mark.parametrize(
    ("refusal", "language", "expected"),
    [
        (
            lacking(1, 12, 1),
            "en",
            (
                "An enrolment costs 12 credits, but the wallet has 1 credit available: not enough to enrol anybody."
                " Have the wallet topped up and try again."
            ),
        ),
        (
            lacking(5, 1_200, 0),
            "en",
            (
                "An enrolment costs 1,200 credits, but the wallet has 0 credits available: not enough to enrol anybody."
                " Have the wallet topped up and try again."
            ),
        ),
        (
            lacking(2, 12, 20),
            "en",
            (
                "At 12 credits per person, 2 people cost 24 credits, but the wallet has 20 credits available: enough"
                " for one person. Enrol fewer people, or have the wallet topped up."
            ),
        ),
        (
            lacking(5_000, 1_200, 2_500),
            "en",
            (
                "At 1,200 credits per person, 5,000 people cost 6,000,000 credits, but the wallet has 2,500 credits"
                " available: enough for 2 people. Enrol fewer people, or have the wallet topped up."
            ),
        ),
        (
            lacking(1, 12, 0),
            "fr",
            (
                "Une inscription coûte 12 crédits, mais le portefeuille dispose de 0 crédit\u00a0: personne ne peut"
                " être inscrit. Faites recharger le portefeuille et réessayez."
            ),
        ),
        (
            lacking(2, 1, 1),
            "fr",
            (
                "À 1 crédit par personne, 2 personnes coûtent 2 crédits, mais le portefeuille ne dispose que de"
                " 1 crédit\u00a0: de quoi inscrire une personne. Inscrivez moins de personnes ou faites recharger le"
                " portefeuille."
            ),
        ),
        (
            lacking(5_000, 1_200, 2_500),
            "fr",
            (
                "À 1\u202f200 crédits par personne, 5\u202f000 personnes coûtent 6\u202f000\u202f000 crédits, mais le"
                " portefeuille ne dispose que de 2\u202f500 crédits\u00a0: de quoi inscrire 2 personnes. Inscrivez"
                " moins de personnes ou faites recharger le portefeuille."
            ),
        ),
        (
            lacking(1, 12, 1),
            "it",
            (
                "Un’iscrizione costa 12 crediti, ma il portafoglio dispone di 1 credito: non è possibile iscrivere"
                " nessuno. Faccia ricaricare il portafoglio e riprovi."
            ),
        ),
        (
            lacking(2, 12, 20),
            "it",
            (
                "A 12 crediti per persona, 2 persone costano 24 crediti, ma il portafoglio dispone solo di 20 crediti:"
                " abbastanza per una persona. Iscriva meno persone o faccia ricaricare il portafoglio."
            ),
        ),
        (
            lacking(5_000, 1_200, 2_500),
            "it",
            (
                "A 1.200 crediti per persona, 5.000 persone costano 6.000.000 crediti, ma il portafoglio dispone solo"
                " di 2.500 crediti: abbastanza per 2 persone. Iscriva meno persone o faccia ricaricare il portafoglio."
            ),
        ),
    ],
)
def test_who_lacks_credits_reads_the_price_and_how_many_would_fit(
    refusal: Refusal, language: str, expected: str
) -> None:
    """The price, what all would cost, what is available, and how many fit; nobody, one and several apart (W4, W5)."""
    assert TEXTS_HERE.say(refusal, language) == expected


@pytest.mark.parametrize(
    ("shown", "now", "language", "expected"),
    [
        (0, 12, "en", "The price has changed: an enrolment now costs 12 credits instead of 0 credits."),
        (1, 0, "fr", "Le prix a changé\u00a0: une inscription coûte désormais 0 crédit au lieu de 1 crédit."),
        (2_000, 1_000, "fr", "une inscription coûte désormais 1\u202f000 crédits au lieu de 2\u202f000 crédits."),
        (1, 2_000, "it", "Il prezzo è cambiato: un’iscrizione costa ora 2.000 crediti invece di 1 credito."),
    ],
)
def test_a_price_that_changed_is_told_with_the_one_shown(shown: int, now: int, language: str, expected: str) -> None:
    """Both prices, each with its own plural, grouped as the language groups numbers (W3)."""
    assert expected in TEXTS_HERE.say(PriceChanged(Credits(shown), Credits(now)), language)


@pytest.mark.parametrize(
    ("refusal", "language", "expected"),
    [
        (
            NotGranted(Right.SESSIONS, Action.EDIT),
            "en",
            "This needs the right ‘Sessions: edit’, which you do not have here. Ask the organisation for it.",
        ),
        (
            NotGranted(Right.SESSIONS, Action.VIEW),
            "fr",
            (
                "Cette opération demande le droit «\u00a0Sessions\u00a0: visibilité\u00a0», que vous n’avez pas ici."
                " Demandez-le à l’organisation."
            ),
        ),
        (
            NotGranted(Right.BUY_IN_BULK, Action.VIEW),
            "en",
            "This needs the right ‘Group purchase’, which you do not have here. Ask the organisation for it.",
        ),
        (
            NotGranted(Right.MANAGE_WALLETS, Action.VIEW),
            "it",
            (
                "Per questa operazione occorre il diritto «Gestione dei portafogli crediti», che lei qui non ha."
                " Lo richieda all’organizzazione."
            ),
        ),
        (
            DoesNotApply(Right.BUY_IN_BULK, Action.VIEW),
            "en",
            "The right ‘Group purchase’ does not include the action ‘view’. Choose another action.",
        ),
    ],
)
def test_a_right_is_named_with_its_action(refusal: Refusal, language: str, expected: str) -> None:
    """Of a yes/no permission, which is held or not, no action is told (R1, R2)."""
    assert TEXTS_HERE.say(refusal, language) == expected


@pytest.mark.parametrize(
    ("refusal", "language", "expected"),
    [
        (
            NoSeatNamed(),
            "fr",
            "Vous n’avez choisi aucune place. Sélectionnez au moins une place annulée à rembourser.",
        ),
        (
            AlreadyCaptured(TransactionId("order")),
            "en",
            "This purchase has already been paid for, so nothing can be added to it. Start a new purchase.",
        ),
        (
            NobodyToRegister((ANN, BEN)),
            "it",
            (
                "Queste persone hanno già un posto nella sessione: ann@example.com e ben@example.com."
                " Indichi altre persone."
            ),
        ),
        (NobodyToRegister(()), "fr", "Vous n’avez désigné personne. Désignez au moins une personne."),
        (
            DeductionTooLarge(Credits(12), 1),
            "en",
            "The wallet has 1 credit available, so 12 credits cannot be deducted. Enter a smaller number.",
        ),
        (
            DeductionTooLarge(Credits(12), 0),
            "it",
            (
                "Il portafoglio non dispone di crediti: non è possibile detrarre 12 crediti."
                " Verifichi che sia il portafoglio giusto."
            ),
        ),
        (
            WalletFull(Credits(1), Credits(10**12)),
            "en",
            (
                "The balance is 1,000,000,000,000 credits, and with 1 credit more it would be larger than a wallet can"
                " hold. Add fewer credits."
            ),
        ),
        (
            NotReversible(7, EntryKind.DEDUCTION),
            "fr",
            (
                "Un mouvement de type «\u00a0déduction\u00a0» ne peut pas être annulé."
                " Corrigez-le par un nouveau mouvement."
            ),
        ),
        (
            TopUpSpent(7, Credits(50), 0),
            "fr",
            (
                "Cette recharge de 50 crédits ne peut plus être annulée en entier\u00a0: le portefeuille dispose de"
                " 0 crédit. Déduisez ce qui est encore disponible ou annulez d’abord les débits."
            ),
        ),
        (
            CreditHoldWouldLapse(Deadline.on(date(2027, 3, 8), TOKYO)),
            "en",
            "Credits cannot be held until Monday, 8 March 2027: that time has passed. Choose a later one.",
        ),
        (
            LimitReached(LimitId("north"), 2_400, 1),
            "it",
            (
                "Servirebbero in tutto 2.400 crediti, ma il limite di spesa di questo gruppo di partner lascia solo"
                " 1 credito. Iscriva meno persone o chieda all’organizzazione di alzare il limite."
            ),
        ),
        (
            LimitReached(LimitId("north"), 1, 0),
            "fr",
            (
                "Il faudrait 1 crédit, mais la limite de dépenses de ce groupe de partenaires est atteinte."
                " Demandez à l’organisation de relever la limite."
            ),
        ),
        (
            LimitBelowUse(Credits(10), 12),
            "en",
            (
                "The limit cannot be 10 credits: it would be less than the 12 credits already spent or on hold."
                " Enter a higher limit."
            ),
        ),
        (
            LessSpent(Credits(3), Credits(0)),
            "fr",
            (
                "Dans cette limite de dépenses, le total dépensé est de 0 crédit\u00a0: impossible de restituer"
                " 3 crédits. Vérifiez ce nombre."
            ),
        ),
        (
            EnrolmentIs(EnrolmentId("e"), EnrolmentState.REVERSED),
            "en",
            (
                "This enrolment is withdrawn, with its credits returned, so this is not possible."
                " Refresh the page to see what can still be done."
            ),
        ),
        (
            ConfirmationOver(EnrolmentId("e"), Deadline.at(NINE)),
            "it",
            (
                "Il termine per confermare questa iscrizione è passato: valeva fino a lunedì 8 marzo 2027 alle ore"
                " 09:00 (Parigi, UTC+01:00). Iscriva di nuovo la persona, con una scadenza successiva."
            ),
        ),
        (NobodyToEnrol(()), "it", "Non ha indicato nessuno. Indichi almeno una persona."),
        (
            NobodyToEnrol((ANN,)),
            "fr",
            (
                "Cette personne participe déjà à la formation, ou attend une confirmation\u00a0: ann@example.com."
                " Désignez quelqu’un d’autre."
            ),
        ),
        (
            NobodyToEnrol((ANN, BEN)),
            "en",
            (
                "These people are in the course already, or awaiting confirmation: ann@example.com and ben@example.com."
                " Choose other people."
            ),
        ),
        (
            OtherLimit(None, LimitId("north")),
            "en",
            ("This enrolment is counted under another spending limit, or under none. Refresh the page and try again."),
        ),
    ],
)
def test_what_is_refused_is_said_without_ids(refusal: Refusal, language: str, expected: str) -> None:
    """Sums are credits, a state is a word, and none of a thing is said as none (W4 to W10, N5, S12)."""
    assert TEXTS_HERE.say(refusal, language) == expected


# --- Notices ----------------------------------------------------------------------------------------------


UNTIL: Final = Deadline.at(NINE - timedelta(days=3))
MANAGER: Final = ActorId("manager")
PAID_BACK: Final = Money.of("1234.50", "EUR")
PRICE: Final = Credits(1_200)


TOLD: Final = DatesTold(ClientId("acme"), ProposalId("first"), 2, frozenset({DateNo(1)}), ANN)


def notice(
    template: Template,
    *seats: int,
    to: Person | ActorId = ANN,
    until: Deadline | None = UNTIL,
    amount: Money | None = PAID_BACK,
    available: int | None = 2_500,
    price: Credits | None = PRICE,
) -> Notice:
    """A notice with all that any of them has, about seats of one pool.

    An invitation can be answered *until* then, a refund is of that *amount*, a wallet has so many credits *available*.
    """
    return Notice(
        "key",
        to,
        template,
        SessionId("excel"),
        PoolId("pool"),
        tuple(map(SeatNo, seats)),
        invitation=2,
        until=until,
        amount=amount,
        available=available,
        price=price,
        dates=TOLD if template in DATES else None,
    )


def seatless(template: Template, *, to: Person | ActorId = ANN, until: Deadline | None = None) -> Notice:
    """A notice about a session itself, a registration, or an enrolment: there is no pool, and no seat."""
    return Notice("key", to, template, SessionId("excel"), until=until, dates=TOLD if template in DATES else None)


def told_of(
    template: Template, *, session: SessionId | None = None, available: int = 2_500, price: int | None = None
) -> Notice:
    """A notice about a partner: an enrolment of Ann's, or the wallet."""
    partner = PartnerId("alfa")
    if template in ENROLMENTS:
        return Notice("key", ANN, template, session, course=CourseId("safety"), partner=partner)
    cost = None if price is None else Credits(price)
    return Notice("key", ActorId("administrator"), template, partner=partner, available=available, price=cost)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "Enrolment confirmed: Excel avancé",
                "Hello,\n\nYour enrolment is confirmed.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nWhere: Salle 4, 12 rue Haute\n\n"
                "To take part, sign in to the portal with the address ann@example.com:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Inscription confirmée\u00a0: Excel avancé",
                "Bonjour,\n\nVotre inscription est confirmée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nLieu\u00a0: Salle 4, 12 rue Haute\n\n"
                "Pour participer, connectez-vous au portail avec l’adresse ann@example.com\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            Message(
                "Iscrizione confermata: Excel avancé",
                "Buongiorno,\n\nla sua iscrizione è confermata.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nLuogo: Salle 4, 12 rue Haute\n\n"
                "Per partecipare, acceda al portale con l’indirizzo ann@example.com:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_an_enrolment_says_when_where_and_how_to_sign_in(language: str, expected: Message) -> None:
    """A learner who is enrolled at once is told with their sign-in information (S3)."""
    assert TEXTS_HERE.compose(notice(Template.ENROLLED, 4), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        (
            (4321,),
            Message(
                "Place annulée\u00a0: Excel avancé",
                "Bonjour,\n\nUne place de votre achat en lot a été annulée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nPlace annulée\u00a0: 4321\n\n"
                "Pour voir toutes vos places, connectez-vous et ouvrez la rubrique «\u00a0Gestion\u00a0»\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            (1, 2, 5),
            Message(
                "Places annulées\u00a0: Excel avancé",
                "Bonjour,\n\nPlusieurs places de votre achat en lot ont été annulées.\n\n"
                "Formation\u00a0: Excel avancé\nDébut\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\n"
                "Places annulées\u00a0: 1, 2 et 5\n\n"
                "Pour voir toutes vos places, connectez-vous et ouvrez la rubrique «\u00a0Gestion\u00a0»\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_buyer_is_told_which_seats_are_cancelled(seats: tuple[int, ...], expected: Message) -> None:
    """One message for one cancellation, of one seat or of several (S16)."""
    told = notice(Template.CANCELLED_BUYER, *seats, to=MANAGER)
    assert TEXTS_HERE.compose(told, "fr", ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "Invitation: Excel avancé",
                "Hello,\n\nA place is being kept for you. You will be enrolled once you have accepted it.\n\n"
                "Course: Excel avancé\nStarts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\n"
                "Where: Salle 4, 12 rue Haute\nAnswer by: Friday, 5 March 2027 at 09:00 (Paris, UTC+01:00)\n\n"
                "To accept or decline, open this page:\nhttps://example.com/invitations/7\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Invitation\u00a0: Excel avancé",
                "Bonjour,\n\nUne place vous est réservée. Votre inscription sera confirmée dès que vous l’aurez"
                " acceptée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nLieu\u00a0: Salle 4, 12 rue Haute\n"
                "Réponse attendue au plus tard\u00a0: vendredi 5 mars 2027 à 09:00 (Paris, UTC+01:00)\n\n"
                "Pour accepter ou décliner, ouvrez cette page\u00a0:\nhttps://example.com/invitations/7\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            Message(
                "Invito: Excel avancé",
                "Buongiorno,\n\nun posto è riservato per lei. La sua iscrizione sarà confermata non appena lo avrà"
                " accettato.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nLuogo: Salle 4, 12 rue Haute\n"
                "Risposta entro: venerdì 5 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\n\n"
                "Per accettare o rifiutare, apra questa pagina:\nhttps://example.com/invitations/7\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_an_invitation_says_until_when_and_where_to_answer(language: str, expected: Message) -> None:
    """Somebody who is to confirm is told what, when, where, until when to answer, and on which page (S6, S7)."""
    assert TEXTS_HERE.compose(notice(Template.INVITED, 4), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "Invitation accepted: Excel avancé",
                "Hello,\n\nAn invitation to a seat of your group purchase has been accepted, and the seat is filled."
                "\n\nCourse: Excel avancé\nStarts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nSeat: 4321\n\n"
                "To see all your seats, sign in and open ‘Management’:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Invitation acceptée\u00a0: Excel avancé",
                "Bonjour,\n\nUne invitation à une place de votre achat en lot a été acceptée, et la place est désormais"
                " occupée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nPlace\u00a0: 4321\n\n"
                "Pour voir toutes vos places, connectez-vous et ouvrez la rubrique «\u00a0Gestion\u00a0»\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            Message(
                "Invito accettato: Excel avancé",
                "Buongiorno,\n\nun invito per un posto del suo acquisto multiplo è stato accettato e il posto è ora"
                " occupato.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nPosto: 4321\n\n"
                "Per vedere tutti i suoi posti, acceda al portale e apra la sezione «Gestione»:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_buyer_is_told_which_seat_was_accepted(language: str, expected: Message) -> None:
    """By the seat's number, which is a name; who sits there stands on the buyer's own page (S6)."""
    assert TEXTS_HERE.compose(notice(Template.ACCEPTED_BUYER, 4321, to=MANAGER), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "seats", "expected"),
    [
        (
            "en",
            (4,),
            Message(
                "Invitation expired: Excel avancé",
                "Hello,\n\nAn invitation to a seat of your group purchase was not answered in time."
                " The seat went back to your free seats.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nSeat: 4\n\n"
                "To see all your seats and assign those that are free, sign in and open ‘Management’:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "en",
            (4, 7),
            Message(
                "Invitations expired: Excel avancé",
                "Hello,\n\nSeveral invitations to seats of your group purchase were not answered in time."
                " The seats went back to your free seats.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nSeats: 4 and 7\n\n"
                "To see all your seats and assign those that are free, sign in and open ‘Management’:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            (4, 7),
            Message(
                "Invitations expirées\u00a0: Excel avancé",
                "Bonjour,\n\nPlusieurs invitations à des places de votre achat en lot sont restées sans réponse dans le"
                " délai prévu. Les places sont revenues parmi vos places libres.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nPlaces\u00a0: 4 et 7\n\n"
                "Pour voir toutes vos places et attribuer celles qui sont libres, connectez-vous et ouvrez la rubrique"
                " «\u00a0Gestion\u00a0»\u00a0:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            (4, 7),
            Message(
                "Inviti scaduti: Excel avancé",
                "Buongiorno,\n\nalcuni inviti per posti del suo acquisto multiplo sono rimasti senza risposta entro il"
                " termine previsto. I posti sono tornati tra i suoi posti liberi.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nPosti: 4 e 7\n\n"
                "Per vedere tutti i suoi posti e assegnare quelli liberi, acceda al portale e apra la sezione"
                " «Gestione»:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_buyer_is_told_which_invitations_expired(language: str, seats: tuple[int, ...], expected: Message) -> None:
    """One message for one sweep, of one seat or of several (S7)."""
    assert TEXTS_HERE.compose(notice(Template.EXPIRED_BUYER, *seats, to=MANAGER), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "template", "seats", "expected"),
    [
        (
            "en",
            Template.REFUND_FAILED,
            (4321,),
            Message(
                "Refund failed: Excel avancé",
                "Hello,\n\nThe refund for a seat of your group purchase could not be made. It will be tried"
                " again; if you do not receive it, contact us.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nSeat: 4321\nAmount: €1,234.50\n\n"
                "To see all your seats, sign in and open ‘Management’:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Template.REFUND_REQUESTED,
            (4, 7),
            Message(
                "Remboursement demandé\u00a0: Excel avancé",
                "Bonjour,\n\nUn remboursement a été demandé pour des places de votre achat en lot.\n\n"
                "Formation\u00a0: Excel avancé\nDébut\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\n"
                "Places\u00a0: 4 et 7\nMontant\u00a0: 1\u202f234,50\u00a0€\n\n"
                "Pour voir toutes vos places, connectez-vous et ouvrez la rubrique «\u00a0Gestion\u00a0»\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Template.REFUND_FAILED,
            (4,),
            Message(
                "Échec du remboursement\u00a0: Excel avancé",
                "Bonjour,\n\nLe remboursement concernant une place de votre achat en lot n’a pas abouti. Une nouvelle"
                " tentative aura lieu\u202f; si vous ne recevez pas ce montant, contactez-nous.\n\n"
                "Formation\u00a0: Excel avancé\nDébut\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\n"
                "Place\u00a0: 4\nMontant\u00a0: 1\u202f234,50\u00a0€\n\n"
                "Pour voir toutes vos places, connectez-vous et ouvrez la rubrique «\u00a0Gestion\u00a0»\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            Template.REFUND_SUCCEEDED,
            (4,),
            Message(
                "Rimborso effettuato: Excel avancé",
                "Buongiorno,\n\nil rimborso relativo a un posto del suo acquisto multiplo è stato effettuato.\n\n"
                "Corso: Excel avancé\nInizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\n"
                "Posto: 4\nImporto: 1.234,50\u00a0€\n\n"
                "Per vedere tutti i suoi posti, acceda al portale e apra la sezione «Gestione»:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_buyer_is_told_of_a_refund(
    language: str, template: Template, seats: tuple[int, ...], expected: Message
) -> None:
    """How much, for which seats of which training, and what comes next where it failed (S12, S16).

    It does not say that they are cancelled: where a transfer was to a cheaper session, they are not (N3).
    """
    assert TEXTS_HERE.compose(notice(template, *seats, to=MANAGER), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "You have been offered a place: Excel avancé",
                "Hello,\n\nA place is available in a session for which you are on the waiting list. It is being kept"
                " for you until the time below; after that, it may go to somebody else.\n\n"
                "Course: Excel avancé\nStarts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\n"
                "Where: Salle 4, 12 rue Haute\nAnswer by: Friday, 5 March 2027 at 09:00 (Paris, UTC+01:00)\n\n"
                "To take or decline the place, open this page:\nhttps://example.com/invitations/7\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Une place vous est proposée\u00a0: Excel avancé",
                "Bonjour,\n\nUne place est disponible dans une session pour laquelle vous êtes sur liste d’attente."
                " Elle vous est réservée jusqu’à l’échéance ci-dessous\u202f; ensuite, elle pourra être proposée à"
                " quelqu’un d’autre.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nLieu\u00a0: Salle 4, 12 rue Haute\n"
                "Réponse attendue au plus tard\u00a0: vendredi 5 mars 2027 à 09:00 (Paris, UTC+01:00)\n\n"
                "Pour prendre ou décliner la place, ouvrez cette page\u00a0:\nhttps://example.com/invitations/7\n\n"
                "École Haute",
            ),
        ),
        (
            "it",
            Message(
                "Un posto disponibile per lei: Excel avancé",
                "Buongiorno,\n\nin una sessione per cui è in lista d’attesa c’è un posto disponibile. È riservato per"
                " lei fino al termine indicato di seguito; in seguito potrà essere offerto a un’altra persona.\n\n"
                "Corso: Excel avancé\nInizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\n"
                "Luogo: Salle 4, 12 rue Haute\n"
                "Risposta entro: venerdì 5 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\n\n"
                "Per accettare o rifiutare il posto, apra questa pagina:\nhttps://example.com/invitations/7\n\n"
                "École Haute",
            ),
        ),
    ],
)
def test_an_offered_place_says_until_when_and_where_to_take_it(language: str, expected: Message) -> None:
    """Who waited is told what, when, where, until when to answer, and on which page (N2)."""
    assert TEXTS_HERE.compose(seatless(Template.OFFERED, until=UNTIL), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "Session cancelled: Excel avancé",
                "Hello,\n\nA session for which you were on the waiting list has been cancelled. If you had been offered"
                " a place, it is no longer being kept for you.\n\n"
                "Course: Excel avancé\nStarts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\n\n"
                "To choose another session, sign in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Session annulée\u00a0: Excel avancé",
                "Bonjour,\n\nUne session pour laquelle vous étiez sur liste d’attente a été annulée. Si une place vous"
                " avait été proposée, elle ne vous est plus réservée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\n\n"
                "Pour choisir une autre session, connectez-vous au portail\u00a0:\nhttps://example.com/portal\n\n"
                "École Haute",
            ),
        ),
        (
            "it",
            Message(
                "Sessione annullata: Excel avancé",
                "Buongiorno,\n\nuna sessione per cui era in lista d’attesa è stata annullata. Se le era stato offerto"
                " un posto, non è più riservato per lei.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\n\n"
                "Per scegliere un’altra sessione, acceda al portale:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_who_waited_in_vain_is_told_where_else_to_look(language: str, expected: Message) -> None:
    """The session is cancelled: it fits who waited and who had an offer (S14, N2)."""
    assert TEXTS_HERE.compose(seatless(Template.WAITING_OVER), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("language", "seats", "expected"),
    [
        (
            "en",
            (4321,),
            Message(
                "Payment due: Excel avancé",
                "Hello,\n\nA payment is due for a seat of your group purchase that has been reactivated or transferred."
                " If you have any questions about the payment, contact us.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nSeat: 4321\nAmount due: €1,234.50\n\n"
                "To see all your seats, sign in and open ‘Management’:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            (4, 7),
            Message(
                "Montant à régler\u00a0: Excel avancé",
                "Bonjour,\n\nUn montant est à régler pour des places de votre achat en lot qui ont été réactivées ou"
                " transférées. Pour toute question sur le paiement, contactez-nous.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nPlaces\u00a0: 4 et 7\n"
                "Montant à régler\u00a0: 1\u202f234,50\u00a0€\n\n"
                "Pour voir toutes vos places, connectez-vous et ouvrez la rubrique «\u00a0Gestion\u00a0»\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            (4,),
            Message(
                "Importo da pagare: Excel avancé",
                "Buongiorno,\n\nc’è un importo da pagare per un posto del suo acquisto multiplo che è stato riattivato"
                " o trasferito. Per qualsiasi domanda sul pagamento, ci contatti.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nPosto: 4\n"
                "Importo da pagare: 1.234,50\u00a0€\n\n"
                "Per vedere tutti i suoi posti, acceda al portale e apra la sezione «Gestione»:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_payer_is_told_what_is_due(language: str, seats: tuple[int, ...], expected: Message) -> None:
    """How much, for which seats, and why: it fits a reactivation and a transfer alike (S13, N3)."""
    assert TEXTS_HERE.compose(notice(Template.DUE, *seats, to=MANAGER), language, ABOUT) == expected


@pytest.mark.parametrize(
    ("template", "language", "subject", "opening"),
    [
        (
            Template.TRANSFERRED,
            "en",
            "Your place has been transferred: Excel avancé",
            (
                "Your place has been transferred to another session. You will find its details in a separate message."
                " Your enrolment in the session below is no longer valid."
            ),
        ),
        (
            Template.TRANSFERRED,
            "fr",
            "Votre place a été transférée\u00a0: Excel avancé",
            (
                "Votre place a été transférée vers une autre session, dont vous trouverez les informations dans"
                " un message séparé. Votre inscription à la session ci-dessous n’est plus valable."
            ),
        ),
        (
            Template.TRANSFERRED,
            "it",
            "Il suo posto è stato trasferito: Excel avancé",
            (
                "il suo posto è stato trasferito a un’altra sessione, di cui troverà i dettagli in un messaggio"
                " a parte. La sua iscrizione alla sessione indicata di seguito non è più valida."
            ),
        ),
        (
            Template.TRANSFERRED_BUYER,
            "en",
            "Transfer to another session: Excel avancé",
            (
                "A learner with a seat of your group purchase has been transferred to another session, and has a"
                " new seat there. The seat below is cancelled."
            ),
        ),
        (
            Template.TRANSFERRED_BUYER,
            "fr",
            "Transfert vers une autre session\u00a0: Excel avancé",
            (
                "Une personne qui occupait une place de votre achat en lot a été transférée vers une autre session,"
                " où elle dispose d’une nouvelle place. La place ci-dessous est annulée."
            ),
        ),
        (
            Template.TRANSFERRED_BUYER,
            "it",
            "Trasferimento a un’altra sessione: Excel avancé",
            (
                "una persona che occupava un posto del suo acquisto multiplo è stata trasferita a un’altra"
                " sessione, dove dispone di un nuovo posto. Il posto indicato di seguito è annullato."
            ),
        ),
        (
            Template.REACTIVATED_BUYER,
            "en",
            "Seat reactivated: Excel avancé",
            "A cancelled seat of your group purchase has been reactivated.",
        ),
        (
            Template.REACTIVATED_BUYER,
            "fr",
            "Place réactivée\u00a0: Excel avancé",
            "Une place annulée de votre achat en lot a été réactivée.",
        ),
        (
            Template.REACTIVATED_BUYER,
            "it",
            "Posto riattivato: Excel avancé",
            "un posto annullato del suo acquisto multiplo è stato riattivato.",
        ),
        (
            Template.REGISTERED,
            "en",
            "Registration confirmed: Excel avancé",
            "Your registration is confirmed.",
        ),
        (
            Template.REGISTERED,
            "fr",
            "Inscription confirmée\u00a0: Excel avancé",
            "Votre inscription est confirmée.",
        ),
        (
            Template.REGISTERED,
            "it",
            "Iscrizione confermata: Excel avancé",
            "la sua iscrizione è confermata.",
        ),
        (
            Template.REGISTRATION_REFUSED,
            "en",
            "Registration not accepted: Excel avancé",
            "Your request to register has not been accepted, and no place is being kept for you.",
        ),
        (
            Template.REGISTRATION_REFUSED,
            "fr",
            "Demande d’inscription refusée\u00a0: Excel avancé",
            "Votre demande d’inscription n’a pas été acceptée, et aucune place ne vous est réservée.",
        ),
        (
            Template.REGISTRATION_REFUSED,
            "it",
            "Richiesta di iscrizione non accolta: Excel avancé",
            "la sua richiesta di iscrizione non è stata accolta e nessun posto è riservato per lei.",
        ),
        (
            Template.REGISTRATION_CANCELLED,
            "en",
            "Registration cancelled: Excel avancé",
            "Your registration has been cancelled, and no place is being kept for you any more.",
        ),
        (
            Template.REGISTRATION_CANCELLED,
            "fr",
            "Inscription annulée\u00a0: Excel avancé",
            "Votre inscription a été annulée, et aucune place ne vous est plus réservée.",
        ),
        (
            Template.REGISTRATION_CANCELLED,
            "it",
            "Iscrizione annullata: Excel avancé",
            "la sua iscrizione è stata annullata e nessun posto è più riservato per lei.",
        ),
    ],
)
def test_a_notice_says_at_once_what_happened(template: Template, language: str, subject: str, opening: str) -> None:
    """The subject and the first sentences are enough to know what it is about (S13, N3, N4, N5)."""
    message = TEXTS_HERE.compose(notice(template, 4), language, ABOUT)
    assert (message.subject, message.body.split("\n\n")[1]) == (subject, opening)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (
            Money.of("1234.5", "EUR"),
            ("Amount: €1,234.50", "Montant\u00a0: 1\u202f234,50\u00a0€", "Importo: 1.234,50\u00a0€"),
        ),
        (
            Money.of("1234", "JPY"),
            ("Amount: JP¥1,234", "Montant\u00a0: 1\u202f234\u00a0JPY", "Importo: 1.234\u00a0JPY"),
        ),
        (
            Money.of("1234.5", "KWD"),
            ("Amount: KWD1,234.500", "Montant\u00a0: 1\u202f234,500\u00a0KWD", "Importo: 1.234,500\u00a0KWD"),
        ),
    ],
)
@pytest.mark.parametrize("template", sorted(REFUNDS))
def test_a_refund_has_its_currencys_digits(template: Template, amount: Money, expected: tuple[str, ...]) -> None:
    """Two decimals, none or three: as many as the currency has, in every language (K6)."""
    bodies = [
        TEXTS_HERE.compose(notice(template, 4, to=MANAGER, amount=amount), language, ABOUT).body
        for language in LANGUAGES
    ]
    assert [line for body in bodies for line in body.splitlines() if line in expected] == list(expected)


@pytest.mark.parametrize("template", Template)
def test_only_what_is_about_money_needs_its_amount(template: Template) -> None:
    """What goes back or is due would have a hole without an amount; no other notice has one to tell (S12, S13)."""
    expected = ("amount", Flaw.EMPTY) if template in PAYMENTS else None
    assert flaw(lambda: TEXTS_HERE.compose(notice(template, 4, amount=None), "en", ABOUT)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "Enrolment confirmed: Excel avancé",
                "Hello,\n\nYour enrolment by Alfa Srl is confirmed.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\nWhere: Salle 4, 12 rue Haute\n\n"
                "To take part, sign in to the portal with the address ann@example.com:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Inscription confirmée\u00a0: Excel avancé",
                "Bonjour,\n\nVotre inscription par Alfa Srl est confirmée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nLieu\u00a0: Salle 4, 12 rue Haute\n\n"
                "Pour participer, connectez-vous au portail avec l’adresse ann@example.com\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "it",
            Message(
                "Iscrizione confermata: Excel avancé",
                "Buongiorno,\n\nla sua iscrizione tramite Alfa Srl è confermata.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nLuogo: Salle 4, 12 rue Haute\n\n"
                "Per partecipare, acceda al portale con l’indirizzo ann@example.com:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_participant_is_told_by_whom_and_for_what(language: str, expected: Message) -> None:
    """Who is enrolled by a partner is told who it was, and where and when the session is (W4)."""
    told = told_of(Template.PARTICIPANT_ENROLLED, session=SessionId("excel"))
    assert TEXTS_HERE.compose(told, language, ABOUT) == expected


@pytest.mark.parametrize(
    ("template", "language", "expected"),
    [
        (
            Template.PARTICIPANT_ENROLLED,
            "en",
            Message(
                "Enrolment confirmed: Excel avancé",
                "Hello,\n\nYour enrolment by Alfa Srl is confirmed.\n\nCourse: Excel avancé\n\n"
                "To take part, sign in to the portal with the address ann@example.com:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            Template.ENROLMENT_CANCELLED,
            "fr",
            Message(
                "Inscription annulée\u00a0: Excel avancé",
                "Bonjour,\n\nVotre inscription par Alfa Srl a été annulée.\n\nFormation\u00a0: Excel avancé\n\n"
                "Pour toute question, adressez-vous à Alfa Srl.\n\nÉcole Haute",
            ),
        ),
        (
            Template.ENROLMENT_CANCELLED,
            "it",
            Message(
                "Iscrizione annullata: Excel avancé",
                "Buongiorno,\n\nla sua iscrizione tramite Alfa Srl è stata annullata.\n\nCorso: Excel avancé\n\n"
                "Per qualsiasi domanda, si rivolga a Alfa Srl.\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_an_enrolment_without_a_session_has_no_start(template: Template, language: str, expected: Message) -> None:
    """A course that is followed at any time says no start, also where the host gave one (W4)."""
    bare = evolve(ABOUT, starts=None, zone=None, place=None, dates=None)
    said = [TEXTS_HERE.compose(told_of(template), language, about) for about in (bare, ABOUT)]
    assert said == [expected, expected]


@pytest.mark.parametrize(
    ("notice", "language", "expected"),
    [
        (
            told_of(Template.WALLET_EXHAUSTED, available=1, price=1_200),
            "en",
            Message(
                "Not enough credits: Alfa Srl",
                "Hello,\n\nOne or more people could not be enrolled, because the wallet does not have enough credits."
                " Until the next top-up there will be no other message about this.\n\n"
                "Partner: Alfa Srl\nPrice per person: 1,200 credits\nAvailable: 1 credit\n\n"
                "To see the wallet, sign in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            told_of(Template.WALLET_EXHAUSTED, available=0, price=12),
            "fr",
            Message(
                "Crédits insuffisants\u00a0: Alfa Srl",
                "Bonjour,\n\nUne ou plusieurs personnes n’ont pas pu être inscrites, car le portefeuille n’a pas assez"
                " de crédits. Jusqu’à la prochaine recharge, aucun autre message ne sera envoyé à ce sujet.\n\n"
                "Partenaire\u00a0: Alfa Srl\nPrix par personne\u00a0: 12 crédits\nDisponible\u00a0: 0 crédit\n\n"
                "Pour consulter le portefeuille, connectez-vous au portail\u00a0:\n"
                "https://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            told_of(Template.WALLET_LOW, available=2_500),
            "it",
            Message(
                "Crediti in esaurimento: Alfa Srl",
                "Buongiorno,\n\nil saldo del portafoglio è sceso sotto la soglia fissata.\n\n"
                "Partner: Alfa Srl\nDisponibilità: 2.500 crediti\n\n"
                "Per consultare il portafoglio, acceda al portale:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_a_wallet_is_told_of_without_a_session(notice: Notice, language: str, expected: Message) -> None:
    """Whose wallet, what is available, and what it does not suffice for: no training is needed for that (W5)."""
    bare = evolve(ABOUT, title=None, starts=None, zone=None, place=None, answer=None, dates=None)
    assert TEXTS_HERE.compose(notice, language, bare) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            Message(
                "Registration to approve: Excel avancé",
                "Hello,\n\nSomebody has asked to be registered for a session. A place is being kept for them until the"
                " request is approved or refused.\n\nCourse: Excel avancé\n"
                "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)\n\n"
                "To answer the request, sign in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
        (
            "fr",
            Message(
                "Inscription à approuver\u00a0: Excel avancé",
                "Bonjour,\n\nUne personne a demandé à s’inscrire à une session. Une place lui est réservée jusqu’à ce"
                " que la demande soit approuvée ou refusée.\n\nFormation\u00a0: Excel avancé\n"
                "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\n\n"
                "Pour répondre à la demande, connectez-vous au portail\u00a0:\nhttps://example.com/portal\n\n"
                "École Haute",
            ),
        ),
        (
            "it",
            Message(
                "Iscrizione da approvare: Excel avancé",
                "Buongiorno,\n\nuna persona ha chiesto di iscriversi a una sessione. Un posto è riservato per lei"
                " finché la richiesta non viene approvata o rifiutata.\n\nCorso: Excel avancé\n"
                "Inizio: lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\n\n"
                "Per rispondere alla richiesta, acceda al portale:\nhttps://example.com/portal\n\nÉcole Haute",
            ),
        ),
    ],
)
def test_the_organisation_is_told_what_there_is_to_approve(language: str, expected: Message) -> None:
    """Which session it is for; who asks stands on the portal (N4, K11)."""
    told = seatless(Template.REGISTRATION_REQUESTED, to=MANAGER)
    assert TEXTS_HERE.compose(told, language, ABOUT) == expected


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("title", frozenset(Template) - WALLETS - BASKETS),
        ("starts", frozenset(Template) - WITHOUT_A_SESSION),
        ("place", frozenset(Template) - WITHOUT_A_SESSION),
        ("partner", WALLETS | ENROLMENTS),
        ("provider", BASKETS),
        ("client", ABOUT_CLIENTS),
        ("dates", DATES - {Template.DATES_REPLACED}),
        ("accept", LINKED),
        ("decline", LINKED),
    ],
)
def test_only_what_a_notice_names_is_needed(template: Template, name: str, needed: frozenset[Template]) -> None:
    """A message without a title, start, place, partner or provider would have a hole where it names one (W5, T1)."""
    expected = (name, Flaw.EMPTY) if template in needed else None
    lack: Mapping[str, Any] = {name: None}
    without_it = evolve(ABOUT, **lack)
    assert flaw(lambda: TEXTS_HERE.compose(notice(template, 4), "en", without_it)) == expected


@pytest.mark.parametrize("template", Template)
def test_only_what_is_about_a_wallet_needs_its_credits(template: Template) -> None:
    """What is available is told of a wallet, and the price where somebody was refused; 0 is a number (W5)."""
    empty = Flaw.EMPTY
    assert (
        flaw(lambda: TEXTS_HERE.compose(notice(template, 4, available=None), "en", ABOUT)),
        flaw(lambda: TEXTS_HERE.compose(notice(template, 4, price=None), "en", ABOUT)),
        flaw(lambda: TEXTS_HERE.compose(notice(template, 4, available=0), "en", ABOUT)),
    ) == (
        ("available", empty) if template in WALLETS else None,
        ("price", empty) if template is Template.WALLET_EXHAUSTED else None,
        None,
    )


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (Deadline.at(NINE - timedelta(hours=1)), "Answer by: Monday, 8 March 2027 at 08:00 (Paris, UTC+01:00)"),
        (Deadline.at(NINE + timedelta(hours=1)), "Answer by: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        (Deadline.on(date(2027, 3, 7), PARIS), "Answer by: Sunday, 7 March 2027"),
        (Deadline.on(date(2027, 3, 8), PARIS), "Answer by: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
    ],
)
@pytest.mark.parametrize("template", sorted(INVITATIONS))
def test_nobody_is_told_to_answer_after_the_start(template: Template, until: Deadline, expected: str) -> None:
    """The session's start ends every invitation, so it is told where it comes before the deadline (S7)."""
    message = TEXTS_HERE.compose(notice(template, 4, until=until), "en", ABOUT)
    assert [each for each in message.body.splitlines() if each.startswith("Answer by")] == [expected]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (Deadline.at(NINE - timedelta(hours=1)), "Answer by: Monday, 8 March 2027 at 08:00 (Paris, UTC+01:00)"),
        (Deadline.at(NINE + timedelta(hours=1)), "Answer by: Monday, 8 March 2027 at 10:00 (Paris, UTC+01:00)"),
        (Deadline.on(date(2027, 3, 8), PARIS), "Answer by: Monday, 8 March 2027"),
    ],
)
def test_an_offer_can_outlast_the_start(until: Deadline, expected: str) -> None:
    """Who waited can still come when the session has started: an offer ends when it says, at most with it (N2)."""
    message = TEXTS_HERE.compose(seatless(Template.OFFERED, until=until), "en", ABOUT)
    assert [each for each in message.body.splitlines() if each.startswith("Answer by")] == [expected]


@pytest.mark.parametrize("template", Template)
def test_only_what_is_to_be_answered_needs_a_page_for_it(template: Template) -> None:
    """An invitation or an offer without a link could not be answered; all other notices need none (S6, N2)."""
    bare = evolve(ABOUT, answer=None)
    expected = ("answer", Flaw.EMPTY) if template in TO_ANSWER else None
    assert flaw(lambda: TEXTS_HERE.compose(notice(template, 4), "en", bare)) == expected


@pytest.mark.parametrize("template", Template)
def test_only_what_is_to_be_answered_needs_its_deadline(template: Template) -> None:
    """An invitation or an offer without until when would have a hole; no other notice has a deadline (S7, N2)."""
    expected = ("until", Flaw.EMPTY) if template in TO_ANSWER | DUE_DATES else None
    assert flaw(lambda: TEXTS_HERE.compose(notice(template, 4, until=None), "en", ABOUT)) == expected


@pytest.mark.parametrize("template", Template)
def test_only_what_is_about_seats_needs_them(template: Template) -> None:
    """A notice about seats would have a hole without them; one about a session or a registration has none (N2, N4)."""
    expected = None if template in WITHOUT_A_SEAT else ("seats", Flaw.EMPTY)
    assert flaw(lambda: TEXTS_HERE.compose(notice(template), "en", ABOUT)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(WITHOUT_A_SEAT - WALLETS - BASKETS))
def test_a_notice_without_a_pool_is_composed(template: Template, language: str) -> None:
    """What is told of a session or a registration is whole, and the same as if there were a pool (N2, N4, N5)."""
    bare, with_pool = seatless(template, until=UNTIL), notice(template, 1)
    message = TEXTS_HERE.compose(bare, language, ABOUT)
    assert (message, re.findall(r"[{}]|None", message.subject + message.body)) == (
        TEXTS_HERE.compose(with_pool, language, ABOUT),
        [],
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Template)
def test_every_notice_is_composed(template: Template, language: str) -> None:
    """No template leaves anything to fill in, and every message says what it is about and who sends it."""
    message = TEXTS_HERE.compose(notice(template, 1, 2), language, ABOUT)
    named = {**dict.fromkeys(WALLETS, "Alfa Srl"), **dict.fromkeys(BASKETS, "Beta & fils")}
    assert (
        re.findall(r"[{}]", message.subject + message.body),
        named.get(template, "Excel avancé") in message.subject,
        "2027" in message.body,
        message.body.splitlines()[-1],
    ) == ([], True, template not in (WITHOUT_A_SESSION - DATES) | {Template.DATES_REPLACED}, "École Haute")


def test_a_start_is_told_in_the_sessions_zone() -> None:
    """Where people have to be somewhere at nine, nine is what they read, wherever the organisation is."""
    message = TEXTS_HERE.compose(notice(Template.REVOKED, 1), "fr-CA", evolve(ABOUT, zone=TORONTO))
    assert "Début\u00a0: lundi 8 mars 2027 à 03 h 00 (Toronto, UTC−05:00)" in message.body.splitlines()


@pytest.mark.parametrize(
    ("template", "expected"),
    [(each, None if each.endswith("_buyer") or each in TO_STAFF else ("to", Flaw.WRONG_TYPE)) for each in Template],
)
def test_a_learners_notice_needs_a_learner(template: Template, expected: tuple[str, Flaw] | None) -> None:
    """What is told to a learner cannot go to somebody whose address is unknown: it would have a hole."""
    told = notice(template, 1, to=MANAGER)
    assert flaw(lambda: TEXTS_HERE.compose(told, "en", ABOUT)) == expected


def test_a_message_shows_nothing_in_logs() -> None:
    """Subjects and bodies hold names and addresses, and messages get logged (K11)."""
    assert repr(TEXTS_HERE.compose(notice(Template.ENROLLED, 1), "en", ABOUT)) == "Message(...)"


def test_a_link_to_answer_is_not_logged() -> None:
    """Whoever has the link can answer, so a log that shows what a notice was about does not show it (K11)."""
    assert [each for each in ("invitations", "dates/yes", "dates/no") if each in repr(ABOUT)] == []


def test_what_a_notice_is_about_is_in_utc() -> None:
    """The start is an instant, whatever zone it was given in (K8)."""
    given = NINE.astimezone(timezone(timedelta(hours=9)))
    assert evolve(ABOUT, starts=given) == ABOUT


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "Excel\nBcc: all@example.com"}, ("title", Flaw.UNSAFE_CHARACTER)),
        ({"title": "Excel\u2028"}, ("title", Flaw.UNSAFE_CHARACTER)),
        ({"title": "\u202elecxE"}, ("title", Flaw.UNSAFE_CHARACTER)),
        ({"title": " "}, ("title", Flaw.EMPTY)),
        ({"place": "Salle\r4"}, ("place", Flaw.UNSAFE_CHARACTER)),
        ({"organisation": "x" * 501}, ("organisation", Flaw.TOO_LONG)),
        ({"organisation": "\x1b[31mEcole"}, ("organisation", Flaw.UNSAFE_CHARACTER)),
        ({"sign_in": "https://example.com/\nhttps://example.net/"}, ("sign_in", Flaw.UNSAFE_CHARACTER)),
        ({"sign_in": "https://example.com/a b"}, ("sign_in", Flaw.WRONG_FORM)),
        ({"sign_in": "javascript:alert(1)"}, ("sign_in", Flaw.WRONG_FORM)),
        ({"sign_in": "example.com"}, ("sign_in", Flaw.WRONG_FORM)),
        ({"sign_in": "https://"}, ("sign_in", Flaw.WRONG_FORM)),
        ({"sign_in": "https://example.com/" + "x" * 1_980}, None),
        ({"sign_in": "https://example.com/" + "x" * 1_981}, ("sign_in", Flaw.TOO_LONG)),
        ({"answer": "https://example.com/\nhttps://example.net/"}, ("answer", Flaw.UNSAFE_CHARACTER)),
        ({"answer": "javascript:alert(1)"}, ("answer", Flaw.WRONG_FORM)),
        ({"answer": ""}, ("answer", Flaw.EMPTY)),
        ({"answer": "https://example.com/" + "x" * 1_981}, ("answer", Flaw.TOO_LONG)),
        ({"answer": None}, None),
        ({"starts": datetime(2027, 3, 8, 9)}, ("starts", Flaw.NAIVE_TIME)),  # noqa: DTZ001  # naive on purpose
        ({"zone": "Europe/Paris"}, ("zone", Flaw.WRONG_TYPE)),
        ({"zone": None}, ("zone", Flaw.EMPTY)),
        ({"starts": None, "zone": None}, ("zone", Flaw.EMPTY)),
        ({"starts": None, "zone": None, "dates": None}, None),
        ({"dates": {DateNo(1): NINE}}, ("dates", Flaw.WRONG_TYPE)),
        ({"client": "Acme\nBcc: all@example.com"}, ("client", Flaw.UNSAFE_CHARACTER)),
        ({"accept": "javascript:alert(1)"}, ("accept", Flaw.WRONG_FORM)),
        ({"decline": "https://example.com/\nhttps://example.net/"}, ("decline", Flaw.UNSAFE_CHARACTER)),
        ({"starts": None, "zone": "Europe/Paris"}, ("zone", Flaw.WRONG_TYPE)),
        ({"partner": "Alfa\nBcc: all@example.com"}, ("partner", Flaw.UNSAFE_CHARACTER)),
        ({"partner": ""}, ("partner", Flaw.EMPTY)),
        ({"partner": "x" * 501}, ("partner", Flaw.TOO_LONG)),
        ({"provider": "Beta\r\nBcc: all@example.com"}, ("provider", Flaw.UNSAFE_CHARACTER)),
        ({"provider": " "}, ("provider", Flaw.EMPTY)),
        ({"provider": "x" * 501}, ("provider", Flaw.TOO_LONG)),
    ],
)
def test_what_a_notice_is_about_is_checked(changes: Mapping[str, Any], expected: tuple[str, Flaw] | None) -> None:
    """No value can bring a second line, a hidden character or another kind of link into a message (K9, T2)."""
    assert flaw(lambda: evolve(ABOUT, **changes)) == expected


# --- What people type -------------------------------------------------------------------------------------

HOSTILE: Final = (
    "{title}",
    "{seat} {learner}",
    "{x.__class__.__init__.__globals__}",
    "{0} {} {{title}} {title!r} {title:>99999999}",
    "%s %(title)s %n ${title} $title",
    "{{7*7}} {% raw %} <b>&amp;",
    r"\1 \g<0> \n \\",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_was_typed_is_no_format(typed: str) -> None:
    """A title or a name stays as it was typed, whatever some template language would make of it (T2)."""
    about = evolve(ABOUT, title=typed, organisation=typed, place=typed)
    message = TEXTS_HERE.compose(notice(Template.ENROLLED, 1), "en", about)
    assert (message.subject, message.body.count(typed)) == (f"Enrolment confirmed: {typed}", 3)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_partners_name_is_no_format(typed: str) -> None:
    """A partner stays as it was typed, in the subject as in the body (T2)."""
    about = evolve(ABOUT, partner=typed)
    message = TEXTS_HERE.compose(told_of(Template.WALLET_LOW), "en", about)
    assert (message.subject, message.body.count(f"Partner: {typed}\n")) == (f"Credits running low: {typed}", 1)


def test_an_address_is_no_format() -> None:
    """An address may hold braces, and they are only braces."""
    person = Person.of("{people}{code}@example.com")
    assert TEXTS_HERE.say(AlreadySeated((person,)), "en") == (
        "This person already has a seat in the session: {people}{code}@example.com. Replace them with somebody else."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", Template)
def test_a_subject_is_one_line(template: Template, language: str) -> None:
    """Whatever the values are, nothing ends a subject early (T2)."""
    message = TEXTS_HERE.compose(notice(template, *range(1, 100)), language, evolve(ABOUT, title="x" * 500))
    assert message.subject.splitlines() == [message.subject]


@pytest.mark.parametrize(
    "template",
    [
        "{x.__class__.__init__.__globals__}",
        "{seat.__class__}",
        "{seat!r}",
        "{seat:>99}",
        "{Seat}",
        "{}",
        "{0}",
        "%s",
        "{ seat }",
    ],
)
def test_what_looks_like_a_format_stays_as_it_is_written(template: str) -> None:
    """Nothing reaches into an object from a host's text: only a field's bare name is filled in."""
    texts = Texts(replacing={"en": {"seats.no_such_seat": f"{template} is not seat {{seat}}."}})
    assert texts.say(NoSuchSeat(SeatNo(7)), "en") == f"{template} is not seat 7."


# --- Languages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("fr", "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)"),
        ("fr-CA", "Début\u00a0: lundi 8 mars 2027 à 09 h 00 (Paris, UTC+01:00)"),
        ("fr_CA", "Début\u00a0: lundi 8 mars 2027 à 09 h 00 (Paris, UTC+01:00)"),
        ("FR-ca", "Début\u00a0: lundi 8 mars 2027 à 09 h 00 (Paris, UTC+01:00)"),
        ("fr_CA.UTF-8", "Début\u00a0: lundi 8 mars 2027 à 09 h 00 (Paris, UTC+01:00)"),
        ("fr-CA-u-hc-h12", "Début\u00a0: lundi 8 mars 2027 à 09 h 00 (Paris, UTC+01:00)"),
        ("fr-419", "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)"),
        ("it-CH", "Inizio: lunedì, 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)"),
        ("en", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("en-GB", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("en-US", "Starts: Monday, March 8, 2027 at 9:00\u202fAM (Paris, UTC+01:00)"),
        ("de", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("de-AT", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("xx", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("C", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("french", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("../../etc/passwd", "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("fr" * 100_000, "Starts: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"),
        ("fr\nBcc: x", "Début\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)"),
    ],
    ids=lambda each: each[:20],
)
def test_the_nearest_language_answers(tag: str, expected: str) -> None:
    """Words are the nearest catalogue's, dates the whole tag's; what is no language is answered in the default (T2)."""
    assert expected in TEXTS_HERE.compose(notice(Template.ENROLLED, 1), tag, ABOUT).body.splitlines()


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("de", "5 900\u00a0000"), ("fr", "5 900\u202f000"), ("en-US", "5 900,000")],
)
def test_the_default_is_a_hosts(tag: str, expected: str) -> None:
    """An unknown language is answered in the host's default, with its numbers; known ones are not."""
    texts = Texts(
        default="fr-CA",
        replacing={
            language: {"sessions.capacity_below_use": ("{capacity} {used}", "{capacity} {used}")}
            for language in LANGUAGES
        },
    )
    assert texts.say(CapacityBelowUse(5, 900_000), tag) == expected


@pytest.mark.parametrize("default", ["de", "", "x", "french"])
def test_a_default_has_words(default: str) -> None:
    """A default that has no catalogue would be nobody's language."""
    assert flaw(lambda: Texts(default=default)) == ("default", Flaw.UNKNOWN_NAME)


# --- What a host replaces and adds ------------------------------------------------------------------------

TOO_FEW: Final = NotEnoughPlaces(9, 3)
NO_SEAT: Final = NoSuchSeat(SeatNo(7))


def mo(language: str, texts: Mapping[str, str | tuple[str, ...]]) -> bytes:
    """A compiled catalogue."""
    catalogue = Catalog(locale=language, fuzzy=False)
    for text, words in texts.items():
        _ = catalogue.add(text if isinstance(words, str) else (text, text), words)
    stream = BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def compiled(language: str, texts: Mapping[str, str | tuple[str, ...]]) -> GNUTranslations:
    """A catalogue as a host's own build makes it."""
    return GNUTranslations(BytesIO(mo(language, texts)))


def without(language: str, lacking: str) -> Mapping[str, str | tuple[str, ...]]:
    """One of the library's catalogues without one text."""
    return {
        text: forms if text in COUNTED else forms[0] for text, forms in CATALOGUES[language].items() if text != lacking
    }


def test_a_host_replaces_one_text() -> None:
    """The text is the host's, in that language alone, and all others stay (T2)."""
    texts = Texts(replacing={"fr": {"seats.no_such_seat": "Pas de place {seat}."}})
    assert (texts.say(NO_SEAT, "fr"), texts.say(NO_SEAT, "it"), texts.say(TOO_FEW, "fr")) == (
        "Pas de place 7.",
        TEXTS_HERE.say(NO_SEAT, "it"),
        TEXTS_HERE.say(TOO_FEW, "fr"),
    )


def test_a_host_replaces_plural_forms() -> None:
    """A text that counts is replaced in all its forms; what it says of nothing is a text of its own."""
    texts = Texts(replacing={"fr": {"sessions.not_enough_places": ("{available} seule", "{available} de {asked}")}})
    assert [texts.say(NotEnoughPlaces(9, number), "fr") for number in (0, 1, 2)] == [
        "Cette session est complète. Choisissez une autre session.",
        "1 seule",
        "2 de 9",
    ]


def test_a_body_without_a_session_has_lines_too() -> None:
    """What is said of an enrolment without a session is a body, and replaced as one (W4)."""
    texts = Texts(replacing={"fr": {"enrolment.enrolled.body.none": "Oui\u00a0:\n{title}"}})
    message = texts.compose(told_of(Template.PARTICIPANT_ENROLLED), "fr", ABOUT)
    assert message.body == "Oui\u00a0:\nExcel avancé"


def test_a_host_has_its_own_word_for_credits() -> None:
    """Who sells by points says points, wherever credits are told (T2, W4)."""
    texts = Texts(replacing={"fr": {"show.credits": ("{count} point", "{count} points")}})
    assert texts.say(PriceChanged(Credits(1), Credits(12)), "fr").startswith(
        "Le prix a changé\u00a0: une inscription coûte désormais 12 points au lieu de 1 point."
    )


def test_a_host_replaces_for_a_region() -> None:
    """Canada writes its own word for an address; France keeps the library's."""
    texts = Texts(replacing={"fr-CA": {"flaw.not_an_address": "Ce courriel n’est pas valide."}})
    bad = BadValue("address", Flaw.NOT_AN_ADDRESS)
    assert [texts.say(bad, tag) for tag in ("fr-CA", "fr_ca", "fr", "fr-FR")] == [
        "Ce courriel n’est pas valide.",
        "Ce courriel n’est pas valide.",
        TEXTS_HERE.say(bad, "fr"),
        TEXTS_HERE.say(bad, "fr"),
    ]


def test_a_host_replaces_how_things_are_shown() -> None:
    """Labels, instants and what a list leaves out are texts like all others."""
    texts = Texts(
        replacing={"en": {"seat_state.free": "open", "show.instant": "{time}, {date}", "show.more": ("+{count}",) * 2}}
    )
    people = tuple(Person.of(f"p{number}@example.com") for number in range(12))
    assert (
        texts.show(SeatState.FREE, "en"),
        texts.show(NINE, "en"),
        texts.show(people, "en").endswith("p9@example.com and +2"),
    ) == ("open", "08:00, Monday, 8 March 2027", True)


def test_a_host_adds_a_language() -> None:
    """It has its own plurals and dates; what it lacks is said in English, with English dates (T2)."""
    german = compiled(
        "de",
        {
            "sessions.not_enough_places": ("Nur ein Platz.", "Nur {available} Plätze."),
            "show.instant": "{date} um {time} Uhr ({zone})",
            "sessions.session_over": "Vorbei seit {ends}.",
        },
    )
    texts = Texts(zone=PARIS, adding={"de": german})
    assert [
        texts.say(NotEnoughPlaces(9, 1), "de-AT"),
        texts.say(NotEnoughPlaces(9_000, 2_000), "de-AT"),
        texts.say(SessionOver(NINE), "de-AT"),
        texts.say(SessionStarted(NINE), "de-AT"),
    ] == [
        "Nur ein Platz.",
        "Nur 2.000 Plätze.",
        "Vorbei seit Montag, 8. März 2027 um 09:00 Uhr (Paris, UTC+01:00).",
        TEXTS_HERE.say(SessionStarted(NINE), "en"),
    ]


def test_an_added_language_can_have_more_forms() -> None:
    """Polish has three plural forms, and they are all used."""
    polish = Texts(
        replacing={"pl": {"seats.account_needed": ("{people}: jedna", "{people}: kilka", "{people}: wiele")}}
    )
    people = [Person.of(f"p{number}@example.com") for number in range(5)]
    assert [polish.say(AccountNeeded(tuple(people[:many])), "pl").split()[-1] for many in (1, 2, 5)] == [
        "jedna",
        "kilka",
        "wiele",
    ]


def test_an_added_catalogue_lies_over_the_librarys() -> None:
    """A host may bring a whole catalogue for French, and replace single texts of that again."""
    texts = Texts(
        adding={"fr": compiled("fr", {"flaw.empty": "Vide.", "flaw.too_long": "Long."})},
        replacing={"fr": {"flaw.empty": "Rien."}},
    )
    said = [texts.say(BadValue("title", flaw), "fr") for flaw in (Flaw.EMPTY, Flaw.TOO_LONG, Flaw.TOO_SMALL)]
    assert said == ["Rien.", "Long.", TEXTS_HERE.say(BadValue("title", Flaw.TOO_SMALL), "fr")]


def test_an_empty_catalogue_is_english() -> None:
    """A language that has no texts yet is said in English, and its catalogue is left as it was."""
    empty = NullTranslations()
    texts = Texts(adding={"sv": empty})
    assert (texts.say(NO_SEAT, "sv"), missing(empty)) == (TEXTS_HERE.say(NO_SEAT, "en"), tuple(TEXTS))


def test_a_language_that_babel_does_not_know_is_written_as_english() -> None:
    """Words can be added for any language; its dates then look English."""
    texts = Texts(zone=PARIS, adding={"tlh": compiled("en", {"sessions.session_over": "Qapla’ {ends}"})})
    assert texts.say(SessionOver(NINE), "tlh") == "Qapla’ Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)"


def broken(make: Callable[[], object]) -> str:
    """What `ContractBroken` says that *make* raises."""
    with pytest.raises(ContractBroken) as caught:
        _ = make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"seats.no_such_seat": "Non {seet}."}, "fr: seats.no_such_seat names {seet}, which it does not have"),
        ({"seats.no_such_seat": "Non {code}."}, "fr: seats.no_such_seat names {code}, which it does not have"),
        ({"seats.no_such_seat": ""}, "fr: seats.no_such_seat is blank"),
        ({"seats.no_such_seat": " \n"}, "fr: seats.no_such_seat is blank"),
        ({"seats.no_such_seat": ("a", "b")}, "fr: seats.no_such_seat is one string"),
        ({"seats.no_such_seet": "Non."}, "fr: there is no text seats.no_such_seet"),
        ({"seats.no_such_seat": "Non\nPas"}, "fr: seats.no_such_seat has a line break"),
        ({"seats.enrolled.subject": "Oui\u2028Bcc: {title}"}, "fr: seats.enrolled.subject has a line break"),
        ({"show.instant": "{date}\r{time}"}, "fr: show.instant has a line break"),
        ({"seats.cancelled_buyer.body": ("{learner}", "x")}, "names {learner}, which it does not have"),
        ({"sessions.offerred.body": "Oui."}, "fr: there is no text sessions.offerred.body"),
        ({"sessions.offered": "Oui."}, "fr: there is no text sessions.offered"),
        ({"sessions.offered.body": "Place {seats}"}, "names {seats}, which it does not have"),
        ({"registrations.refused.subject": "{until}"}, "names {until}, which it does not have"),
        ({"registrations.registered.body": ("Oui.", "Oui.")}, "fr: registrations.registered.body is one string"),
        ({"refunds.due_buyer.body": "{amount}"}, "fr: refunds.due_buyer.body is a tuple of 2 plural forms"),
        ({"seats.nothing_overdue.none": "{then}"}, "names {then}, which it does not have"),
        ({"refunds.nothing_due.none": "{seat}"}, "names {seat}, which it does not have"),
        ({"enrolment.enrolled.subject": "{starts}"}, "names {starts}, which it does not have"),
        ({"enrolment.enrolled.body.none": "{place}"}, "names {place}, which it does not have"),
        ({"wallet.low.body": "{price}"}, "names {price}, which it does not have"),
        ({"show.credits": "{count}"}, "fr: show.credits is a tuple of 2 plural forms"),
        ({"seats.learners_needed.none": ("{seats}", "x")}, "fr: seats.learners_needed.none is one string"),
        ({"sessions.not_enough_places": "Non."}, "fr: sessions.not_enough_places is a tuple of 2 plural forms"),
        ({"sessions.not_enough_places": ("a",)}, "fr: sessions.not_enough_places is a tuple of 2 plural forms"),
        ({"sessions.not_enough_places": ("a", "b", "c")}, "is a tuple of 2 plural forms"),
        ({"sessions.not_enough_places": ("a", " ")}, "fr: sessions.not_enough_places is blank"),
        ({"sessions.not_enough_places": ("{used}", "b")}, "names {used}, which it does not have"),
    ],
)
def test_a_bad_replacement_is_found_when_texts_are_made(
    words: Mapping[str, str | Sequence[str]], expected: str
) -> None:
    """A host learns of its mistake when it starts, not when somebody is refused."""
    assert expected in broken(lambda: Texts(replacing={"fr": words}))


def test_a_bad_catalogue_is_found_when_texts_are_made() -> None:
    """All that is wrong with an added language is said at once."""
    german = compiled(
        "de",
        {
            "seats.no_such_seat": "{a} {b}",
            "seats.named_twice": ("", "{people}"),
            "flaw.empty": "A\nB",
            "flaw.too_long": " ",
            "show.more": "{count} mehr",
        },
    )
    expected = (
        "seats.no_such_seat names {a}, which it does not have",
        "seats.no_such_seat names {b}, which it does not have",
        "seats.named_twice lacks a plural form",
        "flaw.empty has a line break",
        "flaw.too_long is blank",
        "show.more lacks a plural form",
    )
    assert (broken(lambda: Texts(adding={"de": german})), faults(german)) == (f"de: {'; '.join(expected)}", expected)


def test_every_plural_form_is_checked() -> None:
    """A form that only a few numbers use is looked at too: two to four, in Polish."""
    polish = {"seats.account_needed": ("{people}", "{persons}", "{people}")}
    expected = "pl: seats.account_needed names {persons}, which it does not have"
    assert broken(lambda: Texts(replacing={"pl": polish})) == expected


@pytest.mark.parametrize("language", ["", "x", "german", "/de"])
def test_a_language_has_a_tag(language: str) -> None:
    """What is added under no language would never be said."""
    assert broken(lambda: Texts(adding={language: NullTranslations()})) == f"{language}: this is not a language"


def test_a_missing_text_is_named() -> None:
    """Whoever translates can ask what is left to do."""
    almost = compiled("it", without("it", "flaw.empty"))
    assert (missing(almost), faults(almost)) == (("flaw.empty",), ())


@frozen
class TooLate:
    """A refusal of a host's own rule."""

    code: ClassVar[str] = "host.too_late"
    seat: SeatNo
    why: str | None


class Bare:
    """A refusal of a host's own that is no attrs class."""

    code: ClassVar[str] = "host.bare"


def test_a_hosts_own_refusal_is_said_in_its_own_words() -> None:
    """A host that has rules of its own answers with the same `Texts`; what a text names in vain stays as it is."""
    own = compiled("fr", {"host.too_late": "Place {seat} : {why} {more}", "host.bare": "Non {code}."})
    texts = Texts(adding={"fr": own})
    assert (
        texts.say(TooLate(SeatNo(1234), "{seat}"), "fr"),
        texts.say(TooLate(SeatNo(1234), None), "fr"),
        texts.say(Bare(), "fr"),
    ) == ("Place 1234 : {seat} {more}", "Place 1234 : {why} {more}", "Non {code}.")


def test_a_refusal_without_words_is_an_error() -> None:
    """A code is never shown to people in place of words."""
    assert broken(lambda: TEXTS_HERE.say(TooLate(SeatNo(1), ""), "fr")) == "there are no words for host.too_late"


# --- Values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_000_000, "1\u202f000\u202f000"),
        (-1, "-1"),
        (Money.of("1234.50", "EUR"), "1\u202f234,50\u00a0€"),
        (Money.of("10.00", "CAD"), "10,00\u00a0$CA"),
        (Money.of("1234", "JPY"), "1\u202f234\u00a0JPY"),
        (Money.of("1.500", "KWD"), "1,500\u00a0KWD"),
        (Money.of("12.340", "IQD"), "12,340\u00a0IQD"),
        (Money.of("-0.01", "EUR"), "-0,01\u00a0€"),
        (Money(10**15, Currency("EUR")), "10\u202f000\u202f000\u202f000\u202f000,00\u00a0€"),
        (NINE, "lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)"),
        (date(2027, 3, 8), "lundi 8 mars 2027"),
        (LocalDay(date(2027, 3, 8), TOKYO), "lundi 8 mars 2027"),
        (Deadline.on(date(2027, 3, 8), TOKYO), "lundi 8 mars 2027"),
        (Deadline.at(NINE), "lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)"),
        (Person.of("Ann@EXAMPLE.com"), "Ann@EXAMPLE.com"),
        (EmailAddress("Ann@EXAMPLE.com"), "Ann@EXAMPLE.com"),
        (SeatState.FREE, "libre"),
        (SeatState.INVITED, "en attente de confirmation"),
        (SeatVerb.CANCEL, "Annuler la place"),
        (Mode.CONFIRMATION, "inscription avec confirmation"),
        (RefundState.FAILED, "en échec"),
        (RefundVerb.RETRY, "Relancer le remboursement"),
        (SeatVerb.TRANSFER, "Transférer vers une autre session"),
        (SeatVerb.RESEAT, "Réactiver et attribuer la place"),
        (Cause.UNPAID, "non payée à temps"),
        (RegistrationState.REQUESTED, "en attente d’approbation"),
        (RegistrationVerb.APPROVE, "Approuver l’inscription"),
        (Origin.IMPORTED, "importée"),
        (BuyerRole.MANAGER, "gestionnaire"),
        (Right.UPLOAD_VISUAL, "Téléversement de visuel"),
        (Action.DELETE, "suppression"),
        (ForumRole.TRAINER_WITHOUT_EDITING, "formateur sans droit d’édition"),
        (PartnerKind.WHITELABEL, "en marque blanche"),
        (EntryKind.TOP_UP, "recharge"),
        (Misfit.HOLD, "il ne correspond pas aux crédits réservés"),
        (EnrolmentState.PENDING, "en attente de confirmation"),
        (EnrolmentVerb.REVERSE, "Restituer les crédits"),
        (InCredits(0), "0 crédit"),
        (InCredits(1), "1 crédit"),
        (InCredits(1_200), "1\u202f200 crédits"),
        ((InCredits(1), InCredits(2)), "1 crédit et 2 crédits"),
        (Flaw.EMPTY, "empty"),
        ("{seat}", "{seat}"),
        ((), ""),
        (("1",), "1"),
        (("1", "2", "5"), "1, 2 et 5"),
        ([1_000, 2_000], "1\u202f000 et 2\u202f000"),
        ((ANN, BEN), "ann@example.com et ben@example.com"),
    ],
)
def test_a_value_is_shown(value: Any, expected: str) -> None:
    """Hosts show values in lists and forms as the sentences show them."""
    assert TEXTS_HERE.show(value, "fr") == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", ["0 credits", "1 credit", "12 credits", "1,200 credits"]),
        ("fr", ["0 crédit", "1 crédit", "12 crédits", "1\u202f200 crédits"]),
        ("fr-CA", ["0 crédit", "1 crédit", "12 crédits", "1\u00a0200 crédits"]),
        ("it", ["0 crediti", "1 credito", "12 crediti", "1.200 crediti"]),
    ],
)
def test_credits_are_shown_as_credits(tag: str, expected: list[str]) -> None:
    """With their plural, and grouped as the reader's country writes numbers (T2, W4)."""
    assert [TEXTS_HERE.show(InCredits(number), tag) for number in (0, 1, 12, 1_200)] == expected


@pytest.mark.parametrize(
    ("tag", "day", "expected"),
    [
        ("fr", date(2027, 3, 1), "lundi 1er mars 2027"),
        ("fr-CA", date(2027, 3, 1), "lundi 1er mars 2027"),
        ("fr-CH", date(2027, 3, 1), "lundi, 1er mars 2027"),
        ("fr", date(2027, 3, 2), "mardi 2 mars 2027"),
        ("fr", date(2027, 3, 11), "jeudi 11 mars 2027"),
        ("fr", date(2027, 3, 21), "dimanche 21 mars 2027"),
        ("fr", date(2027, 3, 31), "mercredi 31 mars 2027"),
        ("fr", datetime(2027, 2, 28, 23, 30, tzinfo=UTC), "lundi 1er mars 2027 à 00:30 (Paris, UTC+01:00)"),
        ("fr", Deadline.on(date(2027, 3, 1), TOKYO), "lundi 1er mars 2027"),
        ("fr", LocalDay(date(2027, 3, 1), TOKYO), "lundi 1er mars 2027"),
        ("en", date(2027, 3, 1), "Monday, 1 March 2027"),
        ("it", date(2027, 3, 1), "lunedì 1 marzo 2027"),
    ],
)
def test_the_first_of_a_month_is_1er_in_french(tag: str, day: date | Deadline | LocalDay, expected: str) -> None:
    """French counts the first day of a month, and no other, as a rank; in every place where a day is told (T2)."""
    assert TEXTS_HERE.show(day, tag) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "Monday, 8 March 2027 at 08:00 (UTC)"),
        ("Europe/London", "Monday, 8 March 2027 at 08:00 (London, UTC)"),
        ("Asia/Kathmandu", "Monday, 8 March 2027 at 13:45 (Kathmandu, UTC+05:45)"),
        ("America/St_Johns", "Monday, 8 March 2027 at 04:30 (St John’s, UTC−03:30)"),
        ("America/New_York", "Monday, 8 March 2027 at 03:00 (New York, UTC−05:00)"),
    ],
)
def test_a_zone_is_a_city_and_a_distance(zone: str, expected: str) -> None:
    """The zone is told so that it cannot be misread, also where a clock shows the same hour twice."""
    assert Texts().show(NINE, "en", zone=Zone(zone)) == expected


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    """In the night when the clocks go back, the two half past twos differ by their distance to UTC."""
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert [TEXTS_HERE.show(first + timedelta(hours=later), "it") for later in (0, 1)] == [
        "domenica 31 ottobre 2027 alle ore 02:30 (Parigi, UTC+02:00)",
        "domenica 31 ottobre 2027 alle ore 02:30 (Parigi, UTC+01:00)",
    ]


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        (datetime.max.replace(tzinfo=UTC), TOKYO, "Friday, 31 December 9999 at 23:59 (UTC)"),
        (datetime.min.replace(tzinfo=UTC), TORONTO, "Monday, 1 January 1 at 00:00 (UTC)"),
    ],
)
def test_the_ends_of_time_are_told_in_utc(value: datetime, zone: Zone, expected: str) -> None:
    """An instant that its zone cannot express does not break the sentence it stands in (K2)."""
    assert Texts(zone=zone).show(value, "en") == expected


def test_a_naive_time_is_not_shown() -> None:
    """What is not known to be an instant would be told in the zone of the machine (K8)."""
    naive = datetime(2027, 3, 8, 9)  # noqa: DTZ001  # naive on purpose
    assert flaw(lambda: TEXTS_HERE.show(naive, "en")) == ("value", Flaw.NAIVE_TIME)


def test_numbers_do_not_depend_on_the_decimal_context() -> None:
    """A host that rounds to three figures elsewhere still shows amounts and counts exactly (K6)."""
    with localcontext() as context:
        context.prec = 3
        shown = [TEXTS_HERE.show(value, "en") for value in (1_234_567, Money.of("12345.67", "GBP"))]
    assert shown == ["1,234,567", "£12,345.67"]


def test_an_amount_has_its_currencys_digits_everywhere() -> None:
    """However a locale writes amounts, it shows as many decimals as ISO 4217 says, and all of them (K6)."""
    # One for each way in which Babel's locales place the symbol, the sign and the groups.
    tags = ("fr", "it-CH", "en-IN", "nl", "fy", "lg", "bn", "fa", "es-CL", "ar", "nb", "ne", "luy", "he")
    texts = Texts(adding={tag: NullTranslations() for tag in tags})
    for code in ("JPY", "EUR", "HUF", "IQD", "KWD", "CLF"):
        shown = {tag: re.sub(r"[^0-9]", "", texts.show(Money(5, Currency(code)), tag)) for tag in tags}
        assert shown == dict.fromkeys(tags, "0" * DIGITS[code] + "5")


# --- The build --------------------------------------------------------------------------------------------


def complaint(tree: Path) -> str:
    """What a program says that makes its texts from the source in *tree*."""
    run = subprocess.run(
        [sys.executable, "-c", "from lara_core.telling.texts import Texts; Texts()"],
        env=os.environ | {"PYTHONPATH": str(tree)},
        check=False,
        capture_output=True,
        text=True,
    )
    return run.stderr.splitlines()[-1]


def test_texts_that_are_not_compiled_are_an_error(tmp_path: Path) -> None:
    """A checkout whose texts were not compiled, or not since they changed, says what to run and is never silent."""
    shutil.copytree(ROOT / "src", tmp_path, ignore=shutil.ignore_patterns("*.mo", "__pycache__"), dirs_exist_ok=True)
    without_any = complaint(tmp_path)
    for language in LANGUAGES:
        built = tmp_path / f"lara_core/telling/locale/{language}/LC_MESSAGES/lara_core.mo"
        _ = built.write_bytes(mo(language, without(language, "flaw.empty" if language == "fr" else "")))
    assert (without_any, complaint(tmp_path)) == (
        "lara_core.kernel.errors.ContractBroken: the texts in en are not compiled: run `make texts`",
        (
            "lara_core.kernel.errors.ContractBroken: the texts in fr are not as written: run `make texts`"
            " (flaw.empty is missing)"
        ),
    )


def test_rules_do_not_know_words() -> None:
    """Who uses the rules alone loads neither Babel nor gettext's catalogues: text is made at the edge (K11)."""
    asked = "import sys, lara_core.purchase; print(sorted({'babel', 'lara_core.telling.texts'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert run.stdout == "[]\n"
