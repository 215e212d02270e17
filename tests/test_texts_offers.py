"""The words of access: offers, grants, lessons, and what learners are told of them (T2, O1 to O5)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import pytest
from attrs import evolve

from lara_core.access import (
    AccessEnded,
    AccessRefusal,
    CourseNotPublished,
    LessonNotIncluded,
    NotEntitled,
    NotYet,
    ReleasedTooLate,
)
from lara_core.kernel.deadlines import Zone
from lara_core.kernel.decisions import Refusal
from lara_core.kernel.errors import ContractBroken, Flaw
from lara_core.kernel.ids import ActorId, CourseId, LessonId, OfferId
from lara_core.kernel.money import Money
from lara_core.kernel.people import Person
from lara_core.offers import (
    AccessMessage,
    CourseNotGranted,
    ExtensionOver,
    GrantInForce,
    GrantIs,
    GrantState,
    GrantVerb,
    Homework,
    NothingLonger,
    OfferEmpty,
    OfferNotForSale,
    OfferOver,
    OfferPriceChanged,
    OfferRefusal,
    OfferStatus,
    OtherOffer,
    OtherPerson,
    PriceNeeded,
    Telling,
)
from lara_core.telling.notices import Notice, Template
from lara_core.telling.texts import About, Bound, Label, Message, Texts
from tests.builders import ANN, DAN, flaw

LANGUAGES: Final = ("en", "fr", "it")
TEXTS_HERE: Final = Texts(zone=Zone("Europe/Paris"))
NINE: Final = datetime(2027, 3, 8, 8, tzinfo=UTC)  # in Paris
LATER: Final = NINE + timedelta(days=30)  # after the clocks went forward
PLAN, EXCEL = OfferId("plan"), CourseId("excel")

ABOUT: Final = About(title="Excel, spring", sign_in="https://example.com/portal", organisation="École Haute")
"""All that a notice about access needs."""

REFUSALS: Final[tuple[tuple[Refusal, tuple[str, str, str]], ...]] = (
    (
        OfferEmpty(PLAN),
        (
            "This offer does not include any course yet. Add at least one.",
            "Cette offre ne comprend encore aucune formation. Ajoutez-en au moins une.",
            "Questa offerta non comprende ancora alcun corso. Ne aggiunga almeno uno.",
        ),
    ),
    (
        PriceNeeded(PLAN),
        (
            "This offer cannot be published without a price. Enter one, or 0 if it costs nothing.",
            "Cette offre ne peut pas être publiée sans prix. Indiquez-en un, ou 0 si elle est gratuite.",
            "Questa offerta non può essere pubblicata senza un prezzo. Ne indichi uno, o 0 se è gratuita.",
        ),
    ),
    (
        OfferNotForSale(PLAN),
        (
            "This offer is a draft, so it is not for sale. Choose another offer, or publish this one first.",
            (
                "Cette offre est en brouillon\u00a0: elle n’est pas en vente. Choisissez une autre offre, ou"
                " publiez d’abord celle-ci."
            ),
            "Questa offerta è in bozza: non è in vendita. Scelga un’altra offerta, o pubblichi prima questa.",
        ),
    ),
    (
        OfferPriceChanged(Money.of("10", "EUR"), Money.of("12.50", "EUR")),
        (
            (
                "The price of this offer has changed: it is now €12.50 instead of €10.00. Check the new price and"
                " confirm again."
            ),
            (
                "Le prix de cette offre a changé\u00a0: il est désormais de 12,50\u00a0€ au lieu de 10,00\u00a0€."
                " Vérifiez le nouveau prix et confirmez de nouveau."
            ),
            (
                "Il prezzo di questa offerta è cambiato: è ora di 12,50\u00a0€ invece di 10,00\u00a0€. Controlli il"
                " nuovo prezzo e confermi di nuovo."
            ),
        ),
    ),
    (
        OfferOver(PLAN, NINE),
        (
            (
                "The access that this offer gives ended on Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)."
                " Choose another offer, or change the dates of this one first."
            ),
            (
                "L’accès que donne cette offre a pris fin le lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)."
                " Choisissez une autre offre, ou modifiez d’abord les dates de celle-ci."
            ),
            (
                "L’accesso che questa offerta prevede è terminato lunedì 8 marzo 2027 alle ore 09:00 (Parigi,"
                " UTC+01:00). Scelga un’altra offerta, o modifichi prima le date di questa."
            ),
        ),
    ),
    (
        OtherOffer(PLAN, OfferId("other")),
        (
            "This access was granted by another offer. Open that offer and try again.",
            "Cet accès a été accordé par une autre offre. Affichez l’offre concernée et réessayez.",
            "Questo accesso è stato concesso con un’altra offerta. Apra l’offerta corrispondente e riprovi.",
        ),
    ),
    (
        OtherPerson(DAN),
        (
            "This access does not belong to this person: dan@example.com. Open their own and try again.",
            ("Cet accès n’appartient pas à cette personne\u00a0: dan@example.com. Affichez le sien et réessayez."),
            "Questo accesso non appartiene a questa persona: dan@example.com. Apra il suo e riprovi.",
        ),
    ),
    (
        GrantIs(GrantState.REVOKED),
        (
            "This access is revoked, so this is not possible. Refresh the page to see what can still be done.",
            (
                "Cet accès est révoqué\u00a0: cette action n’est pas possible. Actualisez la page pour voir ce qui"
                " peut encore être fait."
            ),
            (
                "L’accesso è revocato: l’operazione non è possibile. Aggiorni la pagina per vedere che cosa si può"
                " ancora fare."
            ),
        ),
    ),
    (
        GrantIs(GrantState.GRANTED),
        (
            "This access is granted, so this is not possible. Refresh the page to see what can still be done.",
            (
                "Cet accès est accordé\u00a0: cette action n’est pas possible. Actualisez la page pour voir ce qui"
                " peut encore être fait."
            ),
            (
                "L’accesso è concesso: l’operazione non è possibile. Aggiorni la pagina per vedere che cosa si può"
                " ancora fare."
            ),
        ),
    ),
    (
        GrantInForce(NINE),
        (
            (
                "This person already has all that this offer gives, until Monday, 8 March 2027 at 09:00 (Paris,"
                " UTC+01:00). To give them more time, extend the access."
            ),
            (
                "Cette personne a déjà tout ce que donne cette offre, jusqu’au lundi 8 mars 2027 à 09:00 (Paris,"
                " UTC+01:00). Pour lui laisser plus de temps, prolongez l’accès."
            ),
            (
                "Questa persona ha già tutto ciò che questa offerta prevede, fino a lunedì 8 marzo 2027 alle ore"
                " 09:00 (Parigi, UTC+01:00). Per darle più tempo, prolunghi l’accesso."
            ),
        ),
    ),
    (
        GrantInForce(None),
        (
            "This person already has all that this offer gives, with no end date. There is nothing more to do.",
            ("Cette personne a déjà tout ce que donne cette offre, sans date limite. Il n’y a rien d’autre à faire."),
            ("Questa persona ha già tutto ciò che questa offerta prevede, senza scadenza. Non c’è altro da fare."),
        ),
    ),
    (
        CourseNotGranted(EXCEL),
        (
            "This access does not include that course. Choose a course that it includes.",
            "Cet accès ne comprend pas cette formation. Choisissez une formation qu’il comprend.",
            "Questo accesso non comprende quel corso. Scelga uno dei corsi compresi.",
        ),
    ),
    (
        ExtensionOver(NINE),
        (
            (
                "Access cannot be extended until Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00): that time has"
                " passed. Choose a later one."
            ),
            (
                "L’accès ne peut pas être prolongé jusqu’au lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\u00a0:"
                " cette échéance est passée. Choisissez-en une plus tardive."
            ),
            (
                "L’accesso non può essere prolungato fino a lunedì 8 marzo 2027 alle ore 09:00 (Parigi,"
                " UTC+01:00): la scadenza è già passata. Ne scelga una successiva."
            ),
        ),
    ),
    (
        NothingLonger(NINE),
        (
            (
                "Access already lasts beyond Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00), and extending it"
                " takes nothing away. Choose a later time."
            ),
            (
                "L’accès dure déjà au-delà du lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00), et une prolongation ne"
                " le raccourcit pas. Choisissez une échéance plus tardive."
            ),
            (
                "L’accesso dura già oltre lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00), e un"
                " prolungamento non lo accorcia. Scelga una scadenza successiva."
            ),
        ),
    ),
    (
        NotEntitled(EXCEL),
        (
            "You do not have access to this course. If you think this is a mistake, contact the organisation.",
            ("Vous n’avez pas accès à cette formation. S’il s’agit d’une erreur, adressez-vous à l’organisation."),
            "Non ha accesso a questo corso. Se si tratta di un errore, si rivolga all’organizzazione.",
        ),
    ),
    (
        CourseNotPublished(EXCEL),
        (
            "You have access to this course, but it has not been published yet. Come back later.",
            "Vous avez accès à cette formation, mais elle n’est pas encore publiée. Revenez plus tard.",
            "Ha accesso a questo corso, ma non è ancora stato pubblicato. Torni più tardi.",
        ),
    ),
    (
        NotYet(NINE),
        (
            "This lesson opens on Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00). Come back then.",
            (
                "Cette leçon sera accessible à partir du lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00). Revenez à"
                " ce moment-là."
            ),
            (
                "Questa lezione sarà accessibile a partire da lunedì 8 marzo 2027 alle ore 09:00 (Parigi,"
                " UTC+01:00). Riprovi allora."
            ),
        ),
    ),
    (
        AccessEnded(NINE),
        (
            (
                "Your access ended on Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00). If you still need it,"
                " contact the organisation."
            ),
            (
                "Votre accès a pris fin le lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00). Si vous en avez encore"
                " besoin, adressez-vous à l’organisation."
            ),
            (
                "Il suo accesso è terminato lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00). Se ne ha"
                " ancora bisogno, si rivolga all’organizzazione."
            ),
        ),
    ),
    (
        ReleasedTooLate(LATER, NINE),
        (
            (
                "This lesson will be released on Wednesday, 7 April 2027 at 10:00 (Paris, UTC+02:00), but your"
                " access ends on Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00). To follow it, ask the"
                " organisation to extend your access."
            ),
            (
                "Cette leçon sera publiée le mercredi 7 avril 2027 à 10:00 (Paris, UTC+02:00), mais votre accès"
                " prend fin le lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00). Pour la suivre, demandez à"
                " l’organisation de prolonger votre accès."
            ),
            (
                "Questa lezione sarà pubblicata mercoledì 7 aprile 2027 alle ore 10:00 (Parigi, UTC+02:00), ma il"
                " suo accesso termina lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00). Per seguirla, chieda"
                " all’organizzazione di prolungare l’accesso."
            ),
        ),
    ),
    (
        LessonNotIncluded(LessonId("one")),
        (
            "Your access does not include this lesson. Choose another one, or contact the organisation.",
            ("Votre accès ne comprend pas cette leçon. Choisissez-en une autre ou adressez-vous à l’organisation."),
            "Il suo accesso non comprende questa lezione. Ne scelga un’altra o si rivolga all’organizzazione.",
        ),
    ),
)


@pytest.mark.parametrize(("refusal", "expected"), REFUSALS)
def test_a_refusal_says_what_to_do_next(refusal: Refusal, expected: tuple[str, str, str]) -> None:
    """What is wrong first, then the way out; ids, which are the program's, are not shown (T2, K11)."""
    assert tuple(TEXTS_HERE.say(refusal, language) for language in LANGUAGES) == expected


def test_every_refusal_is_here() -> None:
    """No refusal of these areas is left out of the table above."""
    assert {type(refusal) for refusal, _ in REFUSALS} == {*get_args(OfferRefusal), *get_args(AccessRefusal)}


def test_why_a_lesson_is_closed_is_told_where_the_reader_is() -> None:
    """A call that knows the reader's zone tells them there when it opens (O5)."""
    assert TEXTS_HERE.say(NotYet(NINE), "fr-CA", zone=Zone("America/Toronto")) == (
        "Cette leçon sera accessible à partir du lundi 8 mars 2027 à 03 h 00 (Toronto, UTC−05:00). Revenez à ce"
        " moment-là."
    )


# --- Labels ---------------------------------------------------------------------------------------------------------

LABELS: Final[tuple[tuple[Label, tuple[str, str, str]], ...]] = (
    (OfferStatus.DRAFT, ("draft", "en brouillon", "in bozza")),
    (OfferStatus.PUBLISHED, ("published", "publiée", "pubblicata")),
    (GrantState.GRANTED, ("granted", "accordé", "concesso")),
    (GrantState.REVOKED, ("revoked", "révoqué", "revocato")),
    (GrantVerb.EXTEND, ("Extend access", "Prolonger l’accès", "Prolunga l’accesso")),
    (GrantVerb.REVOKE, ("Revoke access", "Révoquer l’accès", "Revoca l’accesso")),
    (GrantVerb.GRANT_ANEW, ("Grant access again", "Accorder de nouveau l’accès", "Concedi di nuovo l’accesso")),
    (Homework.BY_PERSON, ("checked by a person", "vérifiés par une personne", "verificati da una persona")),
    (Homework.AUTOMATIC, ("accepted automatically", "acceptés automatiquement", "accettati automaticamente")),
    (Telling.OFF, ("no message", "aucun message", "nessun messaggio")),
    (Telling.DEFAULT, ("default message", "message par défaut", "messaggio predefinito")),
    (Telling.EDITED, ("custom message", "message personnalisé", "messaggio personalizzato")),
    (Bound.AT_ONCE, ("now", "dès maintenant", "da subito")),
    (Bound.NEVER, ("no end date", "sans date limite", "senza scadenza")),
)


@pytest.mark.parametrize(("label", "expected"), LABELS)
def test_a_label_is_a_word(label: Label, expected: tuple[str, str, str]) -> None:
    """A verb as on a button, all others as within a sentence (T2)."""
    assert tuple(TEXTS_HERE.show(label, language) for language in LANGUAGES) == expected


def test_every_label_is_here() -> None:
    """No state, verb or kind of these areas is left out of the table above."""
    kinds = (OfferStatus, GrantState, GrantVerb, Homework, Telling, Bound)
    assert [label for label, _ in LABELS] == [label for kind in kinds for label in kind]


# --- Notices --------------------------------------------------------------------------------------------------------


def of_access(
    template: Template,
    opens: datetime | None = None,
    ends: datetime | None = None,
    message: AccessMessage | None = None,
) -> Notice:
    """A notice about Ann's access."""
    return Notice("key", ANN, template, offer=PLAN, message=message, opens=opens, ends=ends)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            of_access(Template.ACCESS_GRANTED),
            (
                Message(
                    "Access granted: Excel, spring",
                    "Hello,\n\nYou have been given access.\n\nOffer: Excel, spring\nAccess from: now\nAccess until: no"
                    " end date\n\nTo take part, sign in to the portal with the address ann@example.com:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accès accordé\u00a0: Excel, spring",
                    "Bonjour,\n\nUn accès vous a été accordé.\n\nOffre\u00a0: Excel, spring\nDébut de l’accès\u00a0:"
                    " dès maintenant\nFin de l’accès\u00a0: sans date limite\n\nPour participer, connectez-vous au"
                    " portail avec l’adresse ann@example.com\u00a0:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accesso concesso: Excel, spring",
                    "Buongiorno,\n\nle è stato concesso l’accesso.\n\nOfferta: Excel, spring\nInizio dell’accesso: da"
                    " subito\nFine dell’accesso: senza scadenza\n\nPer partecipare, acceda al portale con l’indirizzo"
                    " ann@example.com:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
        (
            of_access(Template.ACCESS_GRANTED, NINE, LATER),
            (
                Message(
                    "Access granted: Excel, spring",
                    "Hello,\n\nYou have been given access.\n\nOffer: Excel, spring\nAccess from: Monday, 8 March 2027"
                    " at 09:00 (Paris, UTC+01:00)\nAccess until: Wednesday, 7 April 2027 at 10:00 (Paris,"
                    " UTC+02:00)\n\nTo take part, sign in to the portal with the address ann@example.com:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accès accordé\u00a0: Excel, spring",
                    "Bonjour,\n\nUn accès vous a été accordé.\n\nOffre\u00a0: Excel, spring\nDébut de l’accès\u00a0:"
                    " lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)\nFin de l’accès\u00a0: mercredi 7 avril 2027 à 10:00"
                    " (Paris, UTC+02:00)\n\nPour participer, connectez-vous au portail avec l’adresse"
                    " ann@example.com\u00a0:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accesso concesso: Excel, spring",
                    "Buongiorno,\n\nle è stato concesso l’accesso.\n\nOfferta: Excel, spring\nInizio dell’accesso:"
                    " lunedì 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)\nFine dell’accesso: mercoledì 7 aprile"
                    " 2027 alle ore 10:00 (Parigi, UTC+02:00)\n\nPer partecipare, acceda al portale con l’indirizzo"
                    " ann@example.com:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
        (
            of_access(Template.ACCESS_EXTENDED),
            (
                Message(
                    "Access extended: Excel, spring",
                    "Hello,\n\nYour access has been extended, in whole or in part.\n\nOffer: Excel, spring\nNew end of"
                    " access: no end date\n\nTo continue, sign in to the portal with the address ann@example.com:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accès prolongé\u00a0: Excel, spring",
                    "Bonjour,\n\nVotre accès a été prolongé, en tout ou en partie.\n\nOffre\u00a0: Excel, spring\n"
                    "Nouvelle fin de l’accès\u00a0: sans date limite\n\nPour continuer, connectez-vous au portail avec"
                    " l’adresse ann@example.com\u00a0:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accesso prolungato: Excel, spring",
                    "Buongiorno,\n\nil suo accesso è stato prolungato, in tutto o in parte.\n\nOfferta: Excel,"
                    " spring\nNuova fine dell’accesso: senza scadenza\n\nPer continuare, acceda al portale con"
                    " l’indirizzo ann@example.com:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
        (
            of_access(Template.ACCESS_EXTENDED, ends=LATER),
            (
                Message(
                    "Access extended: Excel, spring",
                    "Hello,\n\nYour access has been extended, in whole or in part.\n\nOffer: Excel, spring\nNew end of"
                    " access: Wednesday, 7 April 2027 at 10:00 (Paris, UTC+02:00)\n\nTo continue, sign in to the portal"
                    " with the address ann@example.com:\nhttps://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accès prolongé\u00a0: Excel, spring",
                    "Bonjour,\n\nVotre accès a été prolongé, en tout ou en partie.\n\nOffre\u00a0: Excel, spring\n"
                    "Nouvelle fin de l’accès\u00a0: mercredi 7 avril 2027 à 10:00 (Paris, UTC+02:00)\n\nPour"
                    " continuer, connectez-vous au portail avec l’adresse ann@example.com\u00a0:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
                Message(
                    "Accesso prolungato: Excel, spring",
                    "Buongiorno,\n\nil suo accesso è stato prolungato, in tutto o in parte.\n\nOfferta: Excel,"
                    " spring\nNuova fine dell’accesso: mercoledì 7 aprile 2027 alle ore 10:00 (Parigi, UTC+02:00)\n\n"
                    "Per continuare, acceda al portale con l’indirizzo ann@example.com:\n"
                    "https://example.com/portal\n\nÉcole Haute",
                ),
            ),
        ),
        (
            of_access(Template.ACCESS_REVOKED),
            (
                Message(
                    "Your access has been withdrawn: Excel, spring",
                    "Hello,\n\nThe access that this offer gave you has been withdrawn.\n\nOffer: Excel, spring\n\nIf"
                    " you think this is a mistake, contact us.\n\nÉcole Haute",
                ),
                Message(
                    "Votre accès vous a été retiré\u00a0: Excel, spring",
                    "Bonjour,\n\nL’accès que vous donnait cette offre vous a été retiré.\n\nOffre\u00a0: Excel,"
                    " spring\n\nS’il s’agit d’une erreur, contactez-nous.\n\nÉcole Haute",
                ),
                Message(
                    "Il suo accesso è stato revocato: Excel, spring",
                    "Buongiorno,\n\nl’accesso che questa offerta le dava è stato revocato.\n\nOfferta: Excel,"
                    " spring\n\nSe si tratta di un errore, ci contatti.\n\nÉcole Haute",
                ),
            ),
        ),
    ],
)
def test_access_is_told(told: Notice, expected: tuple[Message, ...]) -> None:
    """By which offer, from when until when, and how to sign in; what has no end is said to have none (O1, O4)."""
    assert tuple(TEXTS_HERE.compose(told, language, ABOUT) for language in LANGUAGES) == expected


@pytest.mark.parametrize(
    ("opens", "ends", "expected"),
    [
        (None, None, ("Access from: now", "Access until: no end date")),
        (
            NINE,
            None,
            ("Access from: Monday, 8 March 2027 at 09:00 (Paris, UTC+01:00)", "Access until: no end date"),
        ),
        (
            None,
            LATER,
            ("Access from: now", "Access until: Wednesday, 7 April 2027 at 10:00 (Paris, UTC+02:00)"),
        ),
    ],
)
def test_each_end_of_access_is_said_by_itself(
    opens: datetime | None, ends: datetime | None, expected: tuple[str, ...]
) -> None:
    """Whichever of both has no instant is said in words (O1)."""
    body = TEXTS_HERE.compose(of_access(Template.ACCESS_GRANTED, opens, ends), "en", ABOUT).body
    assert tuple(line for line in body.splitlines() if line.startswith("Access ")) == expected


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        (None, "fr", "Début de l’accès\u00a0: lundi 8 mars 2027 à 09:00 (Paris, UTC+01:00)"),
        (Zone("America/Toronto"), "fr-CA", "Début de l’accès\u00a0: lundi 8 mars 2027 à 03 h 00 (Toronto, UTC−05:00)"),
        (None, "en-US", "Access from: Monday, March 8, 2027 at 9:00\u202fAM (Paris, UTC+01:00)"),
        (None, "it-CH", "Inizio dell’accesso: lunedì, 8 marzo 2027 alle ore 09:00 (Parigi, UTC+01:00)"),
    ],
)
def test_access_is_told_in_the_organisations_zone(zone: Zone | None, language: str, expected: str) -> None:
    """That of the texts, unless the host names another; as the reader's country writes dates (K8, T2)."""
    told = of_access(Template.ACCESS_GRANTED, NINE)
    assert expected in TEXTS_HERE.compose(told, language, evolve(ABOUT, zone=zone)).body.splitlines()


def test_what_has_no_end_is_said_in_one_language() -> None:
    """A reader whose language lacks the message gets all of it in English (T2)."""
    texts = Texts(replacing={"de": {"access_bound.never": "ohne Ende"}})
    body = texts.compose(of_access(Template.ACCESS_GRANTED), "de", ABOUT).body
    assert "Access until: no end date" in body.splitlines()


@pytest.mark.parametrize("template", [Template.ACCESS_GRANTED, Template.ACCESS_EXTENDED, Template.ACCESS_REVOKED])
def test_access_needs_a_title_and_a_learner(template: Template) -> None:
    """Without either the message would have a hole; a start, a place or a page to answer on it does not need (T1)."""
    told = of_access(template)
    lack: Mapping[str, Any] = {"title": None}
    assert (
        flaw(lambda: TEXTS_HERE.compose(told, "en", evolve(ABOUT, **lack))),
        flaw(lambda: TEXTS_HERE.compose(evolve(told, to=ActorId("ann")), "en", ABOUT)),
        flaw(lambda: TEXTS_HERE.compose(told, "en", ABOUT)),
    ) == (("title", Flaw.EMPTY), ("to", Flaw.WRONG_TYPE), None)


def test_a_learner_signs_in_with_the_address_that_was_typed() -> None:
    """As it stands in the roster, and not as it is compared (K7)."""
    told = evolve(of_access(Template.ACCESS_GRANTED), to=Person.of("Dan@EXAMPLE.com"))
    assert "with the address Dan@EXAMPLE.com:\n" in TEXTS_HERE.compose(told, "en", ABOUT).body


# --- An offer's own words -------------------------------------------------------------------------------------------

HOSTILE: Final = (
    "{title}",
    "{learner} {sign_in}",
    "{x.__class__.__init__.__globals__}",
    "{0} {} {{title}} {title!r} {title:>99999999}",
    "%s %(title)s %n ${title} $title",
    "{{7*7}} {% raw %} <b>&amp;<script>alert(1)</script>",
    r"\1 \g<0> \n \\",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("language", [*LANGUAGES, "de"])
def test_an_offers_own_words_are_sent_as_they_are(language: str) -> None:
    """To every reader the same, with the lines and the spaces that they have (O4)."""
    own = AccessMessage.edited("Bienvenue", "Bonjour,\n\n  à lundi.\n")
    told = of_access(Template.ACCESS_GRANTED, NINE, LATER, own)
    assert TEXTS_HERE.compose(told, language, ABOUT) == Message("Bienvenue", "Bonjour,\n\n  à lundi.\n")


@pytest.mark.parametrize("typed", HOSTILE)
def test_an_offers_own_words_are_no_format(typed: str) -> None:
    """Nothing is filled into them, and nothing that looks like a template or markup is anything but text (O4, T2)."""
    own = AccessMessage.edited(typed, f"{typed}\n{typed}")
    told = of_access(Template.ACCESS_GRANTED, NINE, LATER, own)
    assert TEXTS_HERE.compose(told, "en", ABOUT) == Message(typed, f"{typed}\n{typed}")


def test_own_words_need_nothing_else() -> None:
    """They name no title, so none has to be given (O4)."""
    lack: Mapping[str, Any] = {"title": None}
    told = of_access(Template.ACCESS_GRANTED, message=AccessMessage.edited("Bienvenue", "À lundi."))
    assert TEXTS_HERE.compose(told, "fr", evolve(ABOUT, **lack)) == Message("Bienvenue", "À lundi.")


@pytest.mark.parametrize("message", [None, AccessMessage()])
def test_without_words_of_its_own_an_offer_has_the_default(message: AccessMessage | None) -> None:
    """The default text is the reader's language's, as a host may have replaced it (O4, T2)."""
    texts = Texts(replacing={"it": {"offers.granted.subject": "Benvenuto: {title}"}})
    told = of_access(Template.ACCESS_GRANTED, message=message)
    assert texts.compose(told, "it", ABOUT).subject == "Benvenuto: Excel, spring"


@pytest.mark.parametrize(
    ("subject", "body", "expected"),
    [
        ("Bienvenue\nBcc: all@example.com", "À lundi.", ("subject", Flaw.UNSAFE_CHARACTER)),
        ("Bienvenue\r\n\r\n<b>", "À lundi.", ("subject", Flaw.UNSAFE_CHARACTER)),
        ("Bienvenue\u2028", "À lundi.", ("subject", Flaw.UNSAFE_CHARACTER)),
        ("Bienvenue", "À\r\nlundi.", ("body", Flaw.UNSAFE_CHARACTER)),
        ("Bienvenue", "À\x00lundi.", ("body", Flaw.UNSAFE_CHARACTER)),
        ("Bienvenue", "\u202eÀ lundi.", ("body", Flaw.UNSAFE_CHARACTER)),
    ],
)
def test_own_words_cannot_end_a_subject(subject: str, body: str, expected: tuple[str, Flaw]) -> None:
    """What breaks a header, or hides, never gets as far as a message (K9, T2)."""
    assert flaw(lambda: AccessMessage.edited(subject, body)) == expected


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("template", [Template.ACCESS_GRANTED, Template.ACCESS_EXTENDED, Template.ACCESS_REVOKED])
def test_an_offers_title_is_no_format(template: Template, typed: str) -> None:
    """It stays as it was typed, in the subject as in the body (T2)."""
    message = TEXTS_HERE.compose(of_access(template), "en", evolve(ABOUT, title=typed))
    assert (
        message.subject.endswith(f": {typed}"),
        message.subject.splitlines() == [message.subject],
        message.body.count(f"\nOffer: {typed}\n"),
    ) == (True, True, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"offers.granted.body": "{starts}"}, "names {starts}, which it does not have"),
        ({"offers.extended.body": "{opens}"}, "names {opens}, which it does not have"),
        ({"offers.revoked.body": "{ends}"}, "names {ends}, which it does not have"),
        ({"offers.grant_in_force.none": "{until}"}, "names {until}, which it does not have"),
    ],
)
def test_a_bad_replacement_is_found_when_texts_are_made(words: Mapping[str, str], expected: str) -> None:
    """What a text may name is what its notice or refusal has (T2)."""
    with pytest.raises(ContractBroken, match=re.escape(expected)):
        _ = Texts(replacing={"fr": words})
