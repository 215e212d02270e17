"""The words of what is sold: providers, carts, promotion codes, checkout, and how a payment went (T2, P1 to P8)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, get_args

import pytest
from attrs import evolve

from lara_core.cart import (
    BasketIs,
    BasketState,
    BasketVerb,
    CartFull,
    CartRefusal,
    LineIdUsed,
    LineKind,
    Method,
    NoSuchBasket,
    NoSuchLine,
    NothingToPay,
    OtherAttempt,
    SomethingToPay,
    TransactionUsed,
    UnknownProvider,
)
from lara_core.checkout import (
    CheckoutRefusal,
    NoInvoice,
    NotInvoiced,
    OtherCode,
    OtherNumbering,
    SessionNotGiven,
)
from lara_core.documents import NeverIssued
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import ContractBroken, Flaw
from lara_core.kernel.ids import ActorId, CartId, CodeId, LineId, PartnerId, ProviderId, SessionId, TransactionId
from lara_core.kernel.money import Currency, Money
from lara_core.promotions import (
    CodeNotYet,
    CodeOtherCurrency,
    CodeOtherProvider,
    CodeOver,
    CodeRefusal,
    CodeUsedUp,
    OtherAttemptReserved,
    UseNotReserved,
    UsesBelowUse,
)
from lara_core.providers import Arranged, DispenserNeeded, NobodySells, NoTerms, ProviderRefusal
from lara_core.telling.notices import Notice, Template
from lara_core.telling.texts import About, Label, Message, Texts
from tests.builders import flaw

LANGUAGES: Final = ("en", "fr", "it")
TEXTS_HERE: Final = Texts(zone=Zone("Europe/Paris"))
NINE: Final = datetime(2027, 3, 8, 8, tzinfo=UTC)  # in Paris
CAD, EUR = Currency("CAD"), Currency("EUR")
BETA, ORDER, LINE = ProviderId("beta"), TransactionId("order"), LineId("line")
MANAGER: Final = ActorId("manager")

ABOUT: Final = About(sign_in="https://example.com/portal", organisation="École Haute", provider="Beta & fils")
"""All that a notice about a basket needs."""

REFUSALS: Final[tuple[tuple[Refusal, tuple[str, str, str]], ...]] = (
    (
        NoTerms(BETA, CAD),
        (
            (
                "This provider has no terms in CAD, so it does not sell in that currency. Choose another currency,"
                " or set its terms for this one first."
            ),
            (
                "Ce fournisseur n’a pas de conditions en CAD\u00a0: il ne vend rien dans cette devise. Choisissez"
                " une autre devise, ou définissez d’abord ses conditions pour celle-ci."
            ),
            (
                "Questo fornitore non ha condizioni in CAD: non vende nulla in questa valuta. Scelga un’altra"
                " valuta, o definisca prima le condizioni per questa."
            ),
        ),
    ),
    (
        NobodySells(PartnerId("alfa")),
        (
            (
                "No provider sells the courses of this owner, or none did at that time. Check the date, or choose"
                " a provider for them first."
            ),
            (
                "Aucun fournisseur ne vend les formations de ce propriétaire, ou aucun ne le faisait à ce"
                " moment-là. Vérifiez la date, ou désignez d’abord un fournisseur."
            ),
            (
                "Nessun fornitore vende i corsi di questo titolare, o nessuno lo faceva in quel momento. Controlli"
                " la data, o indichi prima un fornitore."
            ),
        ),
    ),
    (
        NobodySells(None),
        (
            (
                "No provider sells the courses of this owner, or none did at that time. Check the date, or choose"
                " a provider for them first."
            ),
            (
                "Aucun fournisseur ne vend les formations de ce propriétaire, ou aucun ne le faisait à ce"
                " moment-là. Vérifiez la date, ou désignez d’abord un fournisseur."
            ),
            (
                "Nessun fornitore vende i corsi di questo titolare, o nessuno lo faceva in quel momento. Controlli"
                " la data, o indichi prima un fornitore."
            ),
        ),
    ),
    (
        DispenserNeeded(),
        (
            "Every course must say who gives it. Fill in the field ‘Dispenser’.",
            "Chaque formation doit indiquer qui la dispense. Remplissez le champ «\u00a0Dispensateur\u00a0».",
            "Ogni corso deve indicare chi lo eroga. Compili il campo «Ente erogatore».",
        ),
    ),
    (
        LineIdUsed(LINE),
        (
            (
                "This item is already in the cart, with other details. Refresh the page and change the one that is"
                " there."
            ),
            (
                "Cet article est déjà dans le panier, avec d’autres indications. Actualisez la page et modifiez"
                " celui qui s’y trouve."
            ),
            ("Questo articolo è già nel carrello, con altri dati. Aggiorni la pagina e modifichi quello presente."),
        ),
    ),
    (
        NoSuchLine(LINE),
        (
            "This item is not in the cart. Refresh the page to see the cart as it is now.",
            "Cet article n’est pas dans le panier. Actualisez la page pour voir le panier à jour.",
            "Questo articolo non è nel carrello. Aggiorni la pagina per vedere il carrello attuale.",
        ),
    ),
    (
        CartFull(1),
        (
            "The cart is full: it can hold no more than one item. Remove it, or use another cart.",
            ("Le panier est plein\u00a0: il ne peut contenir qu’un article. Retirez-le ou utilisez un autre panier."),
            "Il carrello è pieno: può contenere un solo articolo. Lo rimuova o utilizzi un altro carrello.",
        ),
    ),
    (
        CartFull(10_000),
        (
            ("The cart is full: it can hold no more than 10,000 items. Remove some of them, or use another cart."),
            (
                "Le panier est plein\u00a0: il ne peut contenir que 10\u202f000 articles. Retirez-en ou utilisez"
                " un autre panier."
            ),
            (
                "Il carrello è pieno: può contenere al massimo 10.000 articoli. Ne rimuova alcuni o utilizzi un"
                " altro carrello."
            ),
        ),
    ),
    (
        UnknownProvider(LINE, BETA),
        (
            (
                "It is not known who sells one of the items in the cart, so the cart cannot be paid for. Remove"
                " that item, or contact the organisation."
            ),
            (
                "Le fournisseur d’un article du panier n’est pas connu\u00a0: le panier ne peut pas être payé."
                " Retirez cet article ou adressez-vous à l’organisation."
            ),
            (
                "Il fornitore di un articolo del carrello non è noto: il carrello non può essere pagato. Rimuova"
                " l’articolo o si rivolga all’organizzazione."
            ),
        ),
    ),
    (
        NoSuchBasket(BETA, CAD),
        (
            "The cart has nothing from this provider in CAD. Refresh the page to see the cart as it is now.",
            ("Le panier ne contient rien de ce fournisseur en CAD. Actualisez la page pour voir le panier à jour."),
            (
                "Il carrello non contiene nulla di questo fornitore in CAD. Aggiorni la pagina per vedere il"
                " carrello attuale."
            ),
        ),
    ),
    (
        BasketIs(BETA, CAD, BasketState.OPEN),
        (
            (
                "The payment for these items is still to be made, so this is not possible. Refresh the page to see"
                " what can still be done."
            ),
            (
                "Le paiement de ces articles est à effectuer\u00a0: cette action n’est pas possible. Actualisez la"
                " page pour voir ce qui peut encore être fait."
            ),
            (
                "Il pagamento di questi articoli è da effettuare: l’operazione non è possibile. Aggiorni la pagina"
                " per vedere che cosa si può ancora fare."
            ),
        ),
    ),
    (
        BasketIs(BETA, CAD, BasketState.CHARGING),
        (
            (
                "The payment for these items is in progress, so this is not possible. Refresh the page to see what"
                " can still be done."
            ),
            (
                "Le paiement de ces articles est en cours\u00a0: cette action n’est pas possible. Actualisez la"
                " page pour voir ce qui peut encore être fait."
            ),
            (
                "Il pagamento di questi articoli è in corso: l’operazione non è possibile. Aggiorni la pagina per"
                " vedere che cosa si può ancora fare."
            ),
        ),
    ),
    (
        BasketIs(BETA, CAD, BasketState.UNKNOWN),
        (
            (
                "The payment for these items is to be checked, so this is not possible. Refresh the page to see"
                " what can still be done."
            ),
            (
                "Le paiement de ces articles est à vérifier\u00a0: cette action n’est pas possible. Actualisez la"
                " page pour voir ce qui peut encore être fait."
            ),
            (
                "Il pagamento di questi articoli è da verificare: l’operazione non è possibile. Aggiorni la pagina"
                " per vedere che cosa si può ancora fare."
            ),
        ),
    ),
    (
        BasketIs(BETA, CAD, BasketState.DECLINED),
        (
            (
                "The payment for these items is declined, so this is not possible. Refresh the page to see what"
                " can still be done."
            ),
            (
                "Le paiement de ces articles est refusé\u00a0: cette action n’est pas possible. Actualisez la page"
                " pour voir ce qui peut encore être fait."
            ),
            (
                "Il pagamento di questi articoli è rifiutato: l’operazione non è possibile. Aggiorni la pagina per"
                " vedere che cosa si può ancora fare."
            ),
        ),
    ),
    (
        BasketIs(BETA, CAD, BasketState.PAID),
        (
            (
                "The payment for these items is confirmed, so this is not possible. Refresh the page to see what"
                " can still be done."
            ),
            (
                "Le paiement de ces articles est confirmé\u00a0: cette action n’est pas possible. Actualisez la"
                " page pour voir ce qui peut encore être fait."
            ),
            (
                "Il pagamento di questi articoli è confermato: l’operazione non è possibile. Aggiorni la pagina"
                " per vedere che cosa si può ancora fare."
            ),
        ),
    ),
    (
        OtherAttempt(2, 1),
        (
            (
                "This result is about payment attempt 1, but the latest is attempt 2. Refresh the page and check"
                " what has been paid."
            ),
            (
                "Ce résultat concerne la tentative de paiement 1, alors que la dernière est la tentative 2."
                " Actualisez la page et vérifiez ce qui a été payé."
            ),
            (
                "Questo esito riguarda il tentativo di pagamento 1, mentre l’ultimo è il tentativo 2. Aggiorni la"
                " pagina e verifichi che cosa è stato pagato."
            ),
        ),
    ),
    (
        TransactionUsed(ORDER),
        (
            ("This payment already belongs to other items of the cart. Refresh the page and start the payment again."),
            ("Ce paiement concerne déjà d’autres articles du panier. Actualisez la page et recommencez le paiement."),
            ("Questo pagamento riguarda già altri articoli del carrello. Aggiorni la pagina e ricominci il pagamento."),
        ),
    ),
    (
        NothingToPay(),
        (
            "There is nothing to pay for these items. Confirm the purchase without a payment.",
            "Il n’y a rien à payer pour ces articles. Confirmez l’achat sans paiement.",
            "Per questi articoli non c’è nulla da pagare. Confermi l’acquisto senza pagamento.",
        ),
    ),
    (
        SomethingToPay(Money.of("1234.50", "EUR")),
        (
            ("These items cost €1,234.50, so the purchase cannot be confirmed without a payment. Continue to payment."),
            (
                "Ces articles coûtent 1\u202f234,50\u00a0€\u00a0: l’achat ne peut pas être confirmé sans paiement."
                " Passez au paiement."
            ),
            (
                "Questi articoli costano 1.234,50\u00a0€: l’acquisto non può essere confermato senza pagamento."
                " Prosegua con il pagamento."
            ),
        ),
    ),
    (
        CodeNotYet(NINE),
        (
            (
                "This promotion code can only be used from Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00). Wait"
                " until then, or continue without it."
            ),
            (
                "Ce code promotionnel n’est utilisable qu’à partir du lundi 8 mars 2027 à 09:00 (Paris,"
                " UTC+01:00). Attendez cette date ou continuez sans code."
            ),
            (
                "Questo codice promozionale si può utilizzare solo a partire da lunedì 8 marzo 2027 alle ore 09:00"
                " (Parigi, UTC+01:00). Attenda quella data o prosegua senza codice."
            ),
        ),
    ),
    (
        CodeOver(NINE),
        (
            (
                "This promotion code could only be used until Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)."
                " Enter another one, or continue without it."
            ),
            (
                "Ce code promotionnel n’était utilisable que jusqu’au lundi 8 mars 2027 à 09:00 (Paris,"
                " UTC+01:00). Saisissez-en un autre ou continuez sans code."
            ),
            (
                "Questo codice promozionale si poteva utilizzare solo fino a lunedì 8 marzo 2027 alle ore 09:00"
                " (Parigi, UTC+01:00). Ne inserisca un altro o prosegua senza codice."
            ),
        ),
    ),
    (
        CodeUsedUp(1),
        (
            (
                "The only use of this promotion code has already been made or reserved. Enter another one, or"
                " continue without it."
            ),
            (
                "La seule utilisation prévue de ce code promotionnel est déjà faite ou réservée. Saisissez-en un"
                " autre ou continuez sans code."
            ),
            (
                "L’unico utilizzo previsto di questo codice promozionale è già stato effettuato o riservato. Ne"
                " inserisca un altro o prosegua senza codice."
            ),
        ),
    ),
    (
        CodeUsedUp(2),
        (
            (
                "All 2 uses of this promotion code have already been made or reserved. Enter another one, or"
                " continue without it."
            ),
            (
                "Les 2 utilisations prévues de ce code promotionnel sont déjà faites ou réservées. Saisissez-en un"
                " autre ou continuez sans code."
            ),
            (
                "I 2 utilizzi previsti di questo codice promozionale sono già stati effettuati o riservati. Ne"
                " inserisca un altro o prosegua senza codice."
            ),
        ),
    ),
    (
        CodeUsedUp(1_000_000),
        (
            (
                "All 1,000,000 uses of this promotion code have already been made or reserved. Enter another one,"
                " or continue without it."
            ),
            (
                "Les 1\u202f000\u202f000 utilisations prévues de ce code promotionnel sont déjà faites ou"
                " réservées. Saisissez-en un autre ou continuez sans code."
            ),
            (
                "I 1.000.000 utilizzi previsti di questo codice promozionale sono già stati effettuati o riservati. Ne"
                " inserisca un altro o prosegua senza codice."
            ),
        ),
    ),
    (
        CodeOtherProvider(BETA, ProviderId("main")),
        (
            (
                "This promotion code is another provider’s, so it takes nothing off these items. Use it for that"
                " provider’s items, or enter another one."
            ),
            (
                "Ce code promotionnel est celui d’un autre fournisseur\u00a0: il ne s’applique pas à ces articles."
                " Utilisez-le pour les articles de ce fournisseur-là ou saisissez-en un autre."
            ),
            (
                "Questo codice promozionale è di un altro fornitore: non si applica a questi articoli. Lo utilizzi"
                " per gli articoli di quel fornitore o ne inserisca un altro."
            ),
        ),
    ),
    (
        CodeOtherCurrency(EUR, CAD),
        (
            (
                "This promotion code is for prices in EUR, and these items are sold in CAD. Enter another one, or"
                " continue without it."
            ),
            (
                "Ce code promotionnel s’applique aux prix en EUR, or ces articles sont vendus en CAD. Saisissez-en"
                " un autre ou continuez sans code."
            ),
            (
                "Questo codice promozionale si applica ai prezzi in EUR, ma questi articoli sono venduti in CAD. Ne"
                " inserisca un altro o prosegua senza codice."
            ),
        ),
    ),
    (
        UseNotReserved(ORDER, 2),
        (
            (
                "The promotion code is not reserved for this payment, or no longer is. Check whether the purchase"
                " went through; if not, start again."
            ),
            (
                "Le code promotionnel n’est pas réservé pour ce paiement, ou ne l’est plus. Vérifiez si l’achat a"
                " abouti\u202f; sinon, recommencez."
            ),
            (
                "Il codice promozionale non è riservato per questo pagamento, o non lo è più. Verifichi se"
                " l’acquisto è andato a buon fine; in caso contrario, lo ripeta."
            ),
        ),
    ),
    (
        OtherAttemptReserved(ORDER, 2),
        (
            (
                "The promotion code is already reserved for another attempt to pay for this purchase. Wait for its"
                " result before you try again."
            ),
            (
                "Le code promotionnel est déjà réservé pour une autre tentative de paiement de cet achat. Attendez"
                " son résultat avant de réessayer."
            ),
            (
                "Il codice promozionale è già riservato per un altro tentativo di pagamento di questo acquisto. Ne"
                " attenda l’esito prima di riprovare."
            ),
        ),
    ),
    (
        UsesBelowUse(0, 1),
        (
            "The number of uses cannot be 0: one use has already been made or reserved. Enter 1 or more.",
            (
                "Le nombre d’utilisations ne peut pas être fixé à 0\u00a0: une utilisation est déjà faite ou"
                " réservée. Indiquez au moins 1."
            ),
            "Il numero di utilizzi non può essere 0: un utilizzo è già stato effettuato o riservato. Indichi almeno 1.",
        ),
    ),
    (
        UsesBelowUse(1, 2),
        (
            "The number of uses cannot be 1: 2 uses have already been made or reserved. Enter 2 or more.",
            (
                "Le nombre d’utilisations ne peut pas être fixé à 1\u00a0: 2 utilisations sont déjà faites ou"
                " réservées. Indiquez au moins 2."
            ),
            (
                "Il numero di utilizzi non può essere 1: 2 utilizzi sono già stati effettuati o riservati."
                " Indichi almeno 2."
            ),
        ),
    ),
    (
        UsesBelowUse(5, 1_200),
        (
            ("The number of uses cannot be 5: 1,200 uses have already been made or reserved. Enter 1,200 or more."),
            (
                "Le nombre d’utilisations ne peut pas être fixé à 5\u00a0: 1\u202f200 utilisations sont déjà"
                " faites ou réservées. Indiquez au moins 1\u202f200."
            ),
            (
                "Il numero di utilizzi non può essere 5: 1.200 utilizzi sono già stati effettuati o riservati. Indichi"
                " almeno 1.200."
            ),
        ),
    ),
    (
        NeverIssued(8, 7),
        (
            "No document has been issued under this number yet. Check the number and try again.",
            "Aucun document n’a encore été émis sous ce numéro. Vérifiez le numéro et réessayez.",
            "Con questo numero non è ancora stato emesso alcun documento. Controlli il numero e riprovi.",
        ),
    ),
    (
        SessionNotGiven(SessionId("excel")),
        (
            "The session of one of these items could not be checked. Refresh the page and try again.",
            "La session d’un de ces articles n’a pas pu être vérifiée. Actualisez la page et réessayez.",
            ("Non è stato possibile verificare la sessione di uno di questi articoli. Aggiorni la pagina e riprovi."),
        ),
    ),
    (
        OtherCode(CodeId("spring"), None),
        (
            ("This payment was started with another promotion code, or with none. Refresh the page and try again."),
            (
                "Ce paiement a été commencé avec un autre code promotionnel, ou sans code. Actualisez la page et"
                " réessayez."
            ),
            (
                "Questo pagamento è stato avviato con un altro codice promozionale, o senza codice. Aggiorni la"
                " pagina e riprovi."
            ),
        ),
    ),
    (
        OtherCode(None, CodeId("spring")),
        (
            ("This payment was started with another promotion code, or with none. Refresh the page and try again."),
            (
                "Ce paiement a été commencé avec un autre code promotionnel, ou sans code. Actualisez la page et"
                " réessayez."
            ),
            (
                "Questo pagamento è stato avviato con un altro codice promozionale, o senza codice. Aggiorni la"
                " pagina e riprovi."
            ),
        ),
    ),
    (
        OtherNumbering(BETA, ProviderId("main")),
        (
            ("These document numbers are another provider’s. Open the provider that sells these items and try again."),
            (
                "Cette numérotation de documents est celle d’un autre fournisseur. Affichez le fournisseur qui"
                " vend ces articles et réessayez."
            ),
            (
                "Questa numerazione dei documenti è di un altro fornitore. Apra il fornitore che vende questi"
                " articoli e riprovi."
            ),
        ),
    ),
    (
        NotInvoiced(BETA, CAD),
        (
            (
                "These items have not been sold on an invoice, so no invoice can be marked as paid. Check how they"
                " are paid for."
            ),
            (
                "Ces articles n’ont pas été vendus sur facture\u00a0: aucune facture ne peut être marquée comme"
                " payée. Vérifiez leur mode de paiement."
            ),
            (
                "Questi articoli non sono stati venduti su fattura: nessuna fattura può essere segnata come"
                " pagata. Verifichi il metodo di pagamento."
            ),
        ),
    ),
    (
        NoInvoice(BETA, ORDER),
        (
            (
                "This provider has not issued an invoice for the purchase, so no credit note can be issued. Check"
                " that it is the right provider, or issue the invoice first."
            ),
            (
                "Ce fournisseur n’a pas émis de facture pour cet achat\u00a0: aucun avoir ne peut être émis."
                " Vérifiez qu’il s’agit du bon fournisseur, ou émettez d’abord la facture."
            ),
            (
                "Questo fornitore non ha emesso una fattura per l’acquisto: non è possibile emettere una nota di"
                " credito. Verifichi che sia il fornitore giusto, o emetta prima la fattura."
            ),
        ),
    ),
)


@pytest.mark.parametrize(("refusal", "expected"), REFUSALS)
def test_a_refusal_says_what_to_do_next(refusal: Refusal, expected: tuple[str, str, str]) -> None:
    """What is wrong first, then the way out; ids, which are the program's, are not shown (T2, K11)."""
    assert tuple(TEXTS_HERE.say(refusal, language) for language in LANGUAGES) == expected


def test_every_refusal_is_here() -> None:
    """No refusal of these areas is left out of the table above."""
    unions = (ProviderRefusal, CartRefusal, CodeRefusal, CheckoutRefusal)
    assert {type(refusal) for refusal, _ in REFUSALS} == {
        NeverIssued,
        *(each for union in unions for each in get_args(union)),
    }


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        (1, "La seule utilisation prévue"),
        (2, "Les 2 utilisations prévues"),
        (1_200, "Les 1\u202f200 utilisations prévues"),
    ],
)
def test_the_uses_of_a_code_are_counted(uses: int, expected: str) -> None:
    """One and several are said apart, and grouped as the language groups numbers (P4)."""
    assert TEXTS_HERE.say(CodeUsedUp(uses), "fr").startswith(f"{expected} de ce code promotionnel")


# --- Labels ---------------------------------------------------------------------------------------------------------

LABELS: Final[tuple[tuple[Label, tuple[str, str, str]], ...]] = (
    (BasketState.OPEN, ("still to be made", "à effectuer", "da effettuare")),
    (BasketState.CHARGING, ("in progress", "en cours", "in corso")),
    (BasketState.UNKNOWN, ("to be checked", "à vérifier", "da verificare")),
    (BasketState.DECLINED, ("declined", "refusé", "rifiutato")),
    (BasketState.PAID, ("confirmed", "confirmé", "confermato")),
    (BasketVerb.EDIT, ("Change items", "Modifier les articles", "Modifica gli articoli")),
    (BasketVerb.CHARGE, ("Pay", "Payer", "Paga")),
    (BasketVerb.PAY_NOTHING, ("Confirm without payment", "Confirmer sans paiement", "Conferma senza pagamento")),
    (
        BasketVerb.PAY,
        ("Mark payment as confirmed", "Marquer le paiement comme confirmé", "Segna il pagamento come confermato"),
    ),
    (
        BasketVerb.DECLINE,
        ("Mark payment as declined", "Marquer le paiement comme refusé", "Segna il pagamento come rifiutato"),
    ),
    (
        BasketVerb.LEAVE_UNKNOWN,
        (
            "Mark payment as to be checked",
            "Marquer le paiement comme à vérifier",
            "Segna il pagamento come da verificare",
        ),
    ),
    (LineKind.SESSION, ("session", "session", "sessione")),
    (LineKind.PROGRAMME, ("programme", "programme", "programma")),
    (LineKind.EVENT, ("event", "événement", "evento")),
    (Method.GATEWAY, ("online payment", "paiement en ligne", "pagamento online")),
    (Method.INVOICE, ("invoice", "facture", "fattura")),
    (Method.CHEQUE, ("cheque", "chèque", "assegno")),
    (Method.TRANSFER, ("bank transfer", "virement bancaire", "bonifico bancario")),
    (Method.CASH, ("cash", "espèces", "contanti")),
    (Arranged.ONE, ("one provider for all", "un seul fournisseur pour tous", "un solo fornitore per tutti")),
    (
        Arranged.TWO,
        (
            "one provider for the organisation and one for all partners together",
            "un fournisseur pour l’organisation et un pour l’ensemble des partenaires",
            "un fornitore per l’organizzazione e uno per tutti i partner insieme",
        ),
    ),
    (
        Arranged.EACH,
        (
            "one provider for the organisation and one for each partner",
            "un fournisseur pour l’organisation et un pour chaque partenaire",
            "un fornitore per l’organizzazione e uno per ciascun partner",
        ),
    ),
)


@pytest.mark.parametrize(("label", "expected"), LABELS)
def test_a_label_is_a_word(label: Label, expected: tuple[str, str, str]) -> None:
    """A verb as on a button, all others as within a sentence (T2)."""
    assert tuple(TEXTS_HERE.show(label, language) for language in LANGUAGES) == expected


def test_every_label_is_here() -> None:
    """No state, verb or kind of these areas is left out of the table above."""
    kinds = (BasketState, BasketVerb, LineKind, Method, Arranged)
    assert [label for label, _ in LABELS] == [label for kind in kinds for label in kind]


# --- Notices --------------------------------------------------------------------------------------------------------


def basket(template: Template, amount: str = "1234.50") -> Notice:
    """A notice about a basket of Beta's."""
    return Notice("key", MANAGER, template, cart=CartId("cart"), provider=BETA, amount=Money.of(amount, "EUR"))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            basket(Template.BASKET_PAID),
            (
                Message(
                    "Purchase confirmed: Beta & fils",
                    "Hello,\n\nYour purchase is confirmed.\n\nProvider: Beta & fils\nAmount: €1,234.50\n\nTo see what"
                    " you have bought, sign in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Achat confirmé\u00a0: Beta & fils",
                    "Bonjour,\n\nVotre achat est confirmé.\n\nFournisseur\u00a0: Beta & fils\nMontant\u00a0:"
                    " 1\u202f234,50\u00a0€\n\nPour consulter votre achat, connectez-vous au portail\u00a0:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Acquisto confermato: Beta & fils",
                    "Buongiorno,\n\nil suo acquisto è confermato.\n\nFornitore: Beta & fils\nImporto:"
                    " 1.234,50\u00a0€\n\nPer vedere il suo acquisto, acceda al portale:\nhttps://example.com/portal\n\n"
                    "École Haute",
                ),
            ),
        ),
        (
            basket(Template.BASKET_PAID, "0.00"),
            (
                Message(
                    "Purchase confirmed: Beta & fils",
                    "Hello,\n\nYour purchase is confirmed, and there is nothing to pay.\n\nProvider: Beta & fils\n\nTo"
                    " see what you have bought, sign in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Achat confirmé\u00a0: Beta & fils",
                    "Bonjour,\n\nVotre achat est confirmé, et il n’y a rien à payer.\n\nFournisseur\u00a0: Beta &"
                    " fils\n\nPour consulter votre achat, connectez-vous au portail\u00a0:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Acquisto confermato: Beta & fils",
                    "Buongiorno,\n\nil suo acquisto è confermato e non c’è nulla da pagare.\n\nFornitore: Beta &"
                    " fils\n\nPer vedere il suo acquisto, acceda al portale:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
        (
            basket(Template.BASKET_DECLINED),
            (
                Message(
                    "Payment not completed: Beta & fils",
                    "Hello,\n\nYour payment was not completed, and the items have not been bought. If the amount was"
                    " taken all the same, it will be given back. The items are still in your cart, but their places may"
                    " no longer be kept for you.\n\nProvider: Beta & fils\nAmount: €1,234.50\n\nTo change the items or"
                    " pay again, sign in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Paiement non abouti\u00a0: Beta & fils",
                    "Bonjour,\n\nVotre paiement n’a pas abouti, et les articles n’ont pas été achetés. Si le montant a"
                    " malgré tout été débité, il vous sera remboursé. Les articles sont toujours dans votre panier,"
                    " mais leurs places ne vous sont peut-être plus réservées.\n\nFournisseur\u00a0: Beta & fils\n"
                    "Montant\u00a0: 1\u202f234,50\u00a0€\n\nPour modifier les articles ou payer de nouveau,"
                    " connectez-vous au portail\u00a0:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Pagamento non riuscito: Beta & fils",
                    "Buongiorno,\n\nil suo pagamento non è andato a buon fine e gli articoli non sono stati"
                    " acquistati. Se l’importo è stato comunque addebitato, le sarà rimborsato. Gli articoli sono"
                    " ancora nel suo carrello, ma i relativi posti potrebbero non essere più riservati per lei.\n\n"
                    "Fornitore: Beta & fils\nImporto: 1.234,50\u00a0€\n\nPer modificare gli articoli o pagare di"
                    " nuovo, acceda al portale:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
        (
            basket(Template.BASKET_UNKNOWN),
            (
                Message(
                    "Payment to check: Beta & fils",
                    "Hello,\n\nIt is not known whether a payment went through. Until it is, the buyer cannot pay"
                    " again, and the places stay on hold. Check with the payment service whether the amount was taken,"
                    " then record the result.\n\nProvider: Beta & fils\nAmount: €1,234.50\n\nTo record the result, sign"
                    " in to the portal:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Paiement à vérifier\u00a0: Beta & fils",
                    "Bonjour,\n\nOn ne sait pas si un paiement a abouti. Tant que ce n’est pas établi, l’acheteur ne"
                    " peut pas payer de nouveau, et les places restent réservées. Vérifiez auprès du service de"
                    " paiement si le montant a été encaissé, puis enregistrez le résultat.\n\nFournisseur\u00a0: Beta &"
                    " fils\nMontant\u00a0: 1\u202f234,50\u00a0€\n\nPour enregistrer le résultat, connectez-vous au"
                    " portail\u00a0:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Pagamento da verificare: Beta & fils",
                    "Buongiorno,\n\nnon si sa se un pagamento sia andato a buon fine. Finché non è accertato,"
                    " l’acquirente non può pagare di nuovo e i posti restano riservati. Verifichi presso il servizio di"
                    " pagamento se l’importo è stato incassato, poi registri l’esito.\n\nFornitore: Beta & fils\n"
                    "Importo: 1.234,50\u00a0€\n\nPer registrare l’esito, acceda al portale:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
    ],
)
def test_how_a_payment_went_is_told(told: Notice, expected: tuple[Message, ...]) -> None:
    """Whom it was to, how much it is, and what to do now; where nothing is to be paid, it says so (P3, P4)."""
    assert tuple(TEXTS_HERE.compose(told, language, ABOUT) for language in LANGUAGES) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_purchase_that_costs_nothing_names_no_amount(language: str) -> None:
    """Nobody reads "0.00": that there is nothing to pay is said in words, whatever the currency's digits (P3, K6)."""
    amounts = (Money.zero(Currency(code)) for code in ("EUR", "JPY", "KWD"))
    free = [evolve(basket(Template.BASKET_PAID), amount=amount) for amount in amounts]
    bodies = {TEXTS_HERE.compose(each, language, ABOUT).body for each in free}
    assert [any(each.isdigit() for each in body) for body in bodies] == [False]


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Money.of("1234", "JPY"), "Montant\u00a0: 1\u202f234\u00a0JPY"),
        (Money.of("1234.5", "KWD"), "Montant\u00a0: 1\u202f234,500\u00a0KWD"),
        (Money.of("0.01", "EUR"), "Montant\u00a0: 0,01\u00a0€"),
    ],
)
def test_an_amount_has_its_currencys_digits(amount: Money, expected: str) -> None:
    """Two decimals, none or three: as many as the currency has (K6)."""
    told = evolve(basket(Template.BASKET_PAID), amount=amount)
    assert expected in TEXTS_HERE.compose(told, "fr", ABOUT).body.splitlines()


@pytest.mark.parametrize("template", [Template.BASKET_PAID, Template.BASKET_DECLINED, Template.BASKET_UNKNOWN])
def test_a_basket_needs_its_provider_and_its_amount(template: Template) -> None:
    """Without either the message would have a hole; a training, a session or a learner it does not need (P3, T1)."""
    told = basket(template)
    lack: Mapping[str, Any] = {"provider": None}
    assert (
        flaw(lambda: TEXTS_HERE.compose(told, "en", evolve(ABOUT, **lack))),
        flaw(lambda: TEXTS_HERE.compose(evolve(told, amount=None), "en", ABOUT)),
        flaw(lambda: TEXTS_HERE.compose(told, "en", ABOUT)),
    ) == (("provider", Flaw.EMPTY), ("amount", Flaw.EMPTY), None)


HOSTILE: Final = (
    "{amount}",
    "{x.__class__.__init__.__globals__}",
    "{0} {} {{provider}} {provider!r} {provider:>99999999}",
    "%s %(provider)s %n ${provider} $provider",
    "{{7*7}} {% raw %} <b>&amp;<script>alert(1)</script>",
    r"\1 \g<0> \n \\",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("template", [Template.BASKET_PAID, Template.BASKET_DECLINED, Template.BASKET_UNKNOWN])
def test_a_providers_name_is_no_format(template: Template, typed: str) -> None:
    """A provider stays as it was typed, in the subject as in the body, whatever a template would make of it (T2)."""
    message = TEXTS_HERE.compose(basket(template), "en", evolve(ABOUT, provider=typed))
    assert (
        message.subject.endswith(f": {typed}"),
        message.subject.splitlines() == [message.subject],
        message.body.count(f"\nProvider: {typed}\n"),
    ) == (True, True, 1)


@pytest.mark.parametrize("breaking", ["Beta\nBcc: all@example.com", "Beta\r\n\r\n<b>", "Beta\u2028", "Beta\x00"])
def test_a_providers_name_is_one_line(breaking: str) -> None:
    """Nothing that ends a line comes so far as to a subject (T2, K9)."""
    assert flaw(lambda: evolve(ABOUT, provider=breaking)) == ("provider", Flaw.UNSAFE_CHARACTER)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"cart.paid_buyer.body": "{title}"}, "names {title}, which it does not have"),
        ({"cart.paid_buyer.body.none": "{amount}"}, "names {amount}, which it does not have"),
        ({"cart.unknown_organisation.subject": "{learner}"}, "names {learner}, which it does not have"),
        ({"promotions.code_used_up": "{uses}"}, "promotions.code_used_up is a tuple of 2 plural forms"),
        ({"documents.never_issued": "{nummer}"}, "names {nummer}, which it does not have"),
    ],
)
def test_a_bad_replacement_is_found_when_texts_are_made(words: Mapping[str, str], expected: str) -> None:
    """What a text may name is what its notice or refusal has (T2)."""
    with pytest.raises(ContractBroken, match=re.escape(expected)):
        _ = Texts(replacing={"fr": words})


def test_a_host_replaces_what_a_free_purchase_says() -> None:
    """Both bodies are texts of their own, and the free one has no amount to name (T2)."""
    texts = Texts(replacing={"fr": {"cart.paid_buyer.body.none": "Offert par {provider}.\n\n{organisation}"}})
    assert (
        texts.compose(basket(Template.BASKET_PAID, "0.00"), "fr", ABOUT).body
        == "Offert par Beta & fils.\n\nÉcole Haute"
    )
