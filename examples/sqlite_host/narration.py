"""What the demo's narrator says, in three languages. What the library says itself is in its own catalogues.

Typography: French has U+00A0 before a colon and inside guillemets, U+202F before ; ! and ?.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from sqlite_host.laws import Law


@frozen(kw_only=True)
class Narration:
    """Every line of the story, in one language."""

    title: str
    subtitle: str
    training: str
    place: str
    organisation: str

    opening: str
    opened: str
    starts: str

    buying: str
    held: str
    secured: str
    list_price: str
    discount: str
    to_pay: str
    bought: str

    team: str
    team_read: str
    team_assigned: str
    team_repeated: str

    too_many: str
    registered: str
    late_read: str
    grey: str
    late_again: str
    late_already: str

    changing_hands: str
    handed_on: str

    reopening: str
    reopened: str
    repeated: str
    receipt: str
    other_seat: str

    naming: str
    switched_on: str
    without_names: str
    with_names: str
    without_holder: str
    with_holder: str

    sold_out: str
    full: str
    cancelled: str
    bought_one: str
    what_nadia_has: str

    post: str
    delivered: str
    nothing_left: str

    invitations: str
    larger_room: str
    invited: str
    answer_until: str
    corrected: str
    accepted: str
    reminded: str
    declined: str
    second_thoughts: str
    too_late: str
    swept: str
    filled: str
    invited_again: str

    refunds: str
    refund_terms: str
    refund_asked: str
    refund_of: str
    kept_percent: str
    kept_per_seat: str
    kept_once: str
    goes_back: str
    refund_failed: str
    refund_retried: str
    refund_arrived: str
    refund_late: str
    refund_reason: str
    refund_override: str
    refund_columns: tuple[str, str, str, str]
    refunded: str

    books: str
    book_columns: tuple[str, str, str, str, str, str, str]
    individually: str
    places: str
    seat_columns: tuple[str, str, str, str]
    laws: str
    law: Mapping[Law, str]
    holds: str
    broken: str
    all_hold: str
    some_broken: str

    refused: str


ENGLISH: Final = Narration(
    title="Eight places, and three more",
    subtitle="A group purchase, told on a real database. Times are those of Moncton.",
    training="First aid at work",
    place="Moncton",
    organisation="The training office",
    opening="A session goes on sale",
    opened="“{training}” goes on sale, with {capacity} places.",
    starts="It begins on {starts}.",
    buying="Nadia buys five seats",
    held="Nadia wants {places} seats. Their places are held until the end of {until}; {left} are left on sale.",
    secured="Her payment is being taken. From now on the hold cannot lapse.",
    list_price="{seats} × {price}",
    discount="less {rate}%",
    to_pay="to pay",
    bought="Paid. {seats} seats are hers, at {most} and {least}: the cents add up.",
    team="A list of her team",
    team_read="Nadia sends {file}, as her spreadsheet saved it: {lines} lines.",
    team_assigned="{people} people are enrolled.",
    team_repeated="{twice} is {once} again: one person, one seat.",
    too_many="One too many",
    registered="{who} registers on his own. Places left on sale: {left}.",
    late_read="Nadia sends {file}: {names}.",
    grey="Her button was grey already. Asked beforehand, the rule gives the same answer.",
    late_again="She takes {who} off the list and tries again: {enrolled} is enrolled.",
    late_already="{who} has a place already, and is not counted twice.",
    changing_hands="A seat changes hands",
    handed_on="{old} cannot come. Seat {seat} goes to {new}, in one go.",
    reopening="The lights go out",
    reopened="The database is closed; the next day it is opened again. All is there: {events} events.",
    repeated="Nadia’s browser repeats its last click, under the same key, and gets the same receipt:",
    receipt="receipt {key}: {what}, version {version}",
    other_seat="The same key comes once more, for another seat.",
    naming="A seat needs a name",
    switched_on="From today, whoever buys must name who will come.",
    without_names="Marco buys 2 seats, and names nobody.",
    with_names="Now he names {names}. He pays {paid}; both are enrolled.",
    without_holder="{who} is ill, and Marco takes the seat back without naming anybody.",
    with_holder="Now he names {who}, and the seat changes hands.",
    sold_out="Sold out, until somebody cancels",
    full="Olivia wants a seat for herself.",
    cancelled="Nadia cancels seat {seat} ({who}). Its place is back on sale; places left: {left}.",
    bought_one="Olivia tries again, pays {paid}, and is enrolled.",
    what_nadia_has="This is what Nadia has now:",
    post="The post",
    delivered="{count} notices leave the outbox, each in its reader’s language, into {folder}:",
    nothing_left="A second round finds nothing to send.",
    invitations="By invitation",
    larger_room="A larger room is found, for {capacity} people. Places left on sale: {left}.",
    invited="Nadia buys {seats} more seats, and must name who will come. {names} have no account: she invites them.",
    answer_until="They can answer until {until}.",
    corrected="{mistyped} is mistyped. Nadia corrects it: the old invitation is void, and a new one goes out.",
    accepted="Théo makes himself an account, accepts, and is enrolled.",
    reminded="Maya and Paul have not answered. They are reminded.",
    declined="Maya declines. Seat {seat} is free again, and to be assigned.",
    second_thoughts="Maya thinks better of it, and clicks on the same link to accept.",
    too_late="Paul accepts at last.",
    swept="Invitations that nobody answered expire. Free, and to be assigned: seats {seats}.",
    filled="{who}, whose seat had been cancelled, gets seat {seat} at once: he has an account.",
    invited_again="Paul is invited once more, until {until}.",
    refunds="Money goes back",
    refund_terms="Nadia paid {captured} for her last {seats} seats, under these terms: of a cancelled seat {percent}% "
    "and {per_seat} are kept, and {once} once for all; refunds until {until}.",
    refund_asked="Théo has found another job. Nadia cancels seat {seat}, and asks for her money back.",
    refund_of="paid for the seat",
    kept_percent="kept: {percent}%",
    kept_per_seat="kept: per seat",
    kept_once="kept: once for all",
    goes_back="goes back",
    refund_failed="Her bank turns the money away.",
    refund_retried="The bank has put it right, and the refund is tried again: it is still {refund}.",
    refund_arrived="The money arrives: {amount}.",
    refund_late="Ten minutes too late, Nadia cancels seat {seat} ({who}): {kept} kept, {back} refunded.",
    refund_reason="a broken leg, with a doctor’s note",
    refund_override="The training office makes an exception, and says why: {reason}. All of it goes back.",
    refund_columns=("seat", "paid", "kept", "refunded"),
    refunded="Refunded: {refunded} of {captured}.",
    books="The books",
    book_columns=("", "live", "free", "invited", "filled", "cancelled", "paid"),
    individually="individually",
    places="Places: {taken} taken of {capacity}, {held} held, {left} on sale.",
    seat_columns=("seat", "state", "who", "paid"),
    laws="What must be true, and is checked:",
    law={
        Law.REPLAY: "folding the events gives the state, for every session, pool and charge",
        Law.KEYS: "every event has its receipt; {repeats} commands repeated, nothing changed",
        Law.VERSIONS: "the version is the number of events",
        Law.MONEY: "the prices of the seats are what was charged, to the cent",
        Law.NOTICES: "each is told once of what concerns them",
        Law.CAPACITY: "held and taken places stay within the capacity",
        Law.PLACES: "places taken = live seats and individual registrations",
        Law.COUNTERS: "free + invited + filled = live, counted again from the rows",
        Law.NOBODY_TWICE: "nobody sits twice, and the roster knows all who sit or are invited",
        Law.NO_EMPTY_SEAT: "where names are needed, no buyer leaves a seat empty; others may",
        Law.REFUNDS: "what goes back seat by seat is what is refunded, within what was paid",
    },
    holds="ok",
    broken="BROKEN",
    all_hold="All is as it must be.",
    some_broken="Something is not as it must be.",
    refused="Refused.",
)

FRENCH: Final = Narration(
    title="Huit places, puis trois de plus",
    subtitle="Un achat en lot, raconté sur une vraie base de données. Les heures sont celles de Moncton.",
    training="Secourisme en milieu de travail",
    place="Moncton",
    organisation="Le bureau des formations",
    opening="Une session est mise en vente",
    opened="« {training} » est mise en vente, avec {capacity} places.",
    starts="Elle commence le {starts}.",
    buying="Nadia achète cinq places",
    held="Nadia veut {places} places. Elles lui sont réservées jusqu’à la fin du {until} ; {left} restent en vente.",
    secured="Son paiement est en cours : désormais, la réservation ne peut plus expirer.",
    list_price="{seats} × {price}",
    discount="moins {rate} %",
    to_pay="à payer",
    bought="C’est payé : {seats} places, à {most} et {least}. Le compte y est, au cent près.",
    team="La liste de l’équipe",
    team_read="Nadia envoie {file}, tel que son tableur l’a enregistré : {lines} lignes.",
    team_assigned="{people} personnes sont inscrites.",
    team_repeated="{twice}, c’est encore {once} : une seule place.",
    too_many="Une personne de trop",
    registered="{who} s’inscrit à titre individuel. Places encore en vente : {left}.",
    late_read="Nadia envoie {file} : {names}.",
    grey="Son bouton était déjà grisé : interrogée d’avance, la règle donne la même réponse.",
    late_again="Elle retire {who} de la liste et recommence : {enrolled} est inscrit.",
    late_already="{who} a déjà une place, et n’est pas compté deux fois.",
    changing_hands="Une place change de main",
    handed_on="{old} ne peut pas venir. La place {seat} passe à {new}, d’un seul geste.",
    reopening="Panne de courant",
    reopened="La base de données est fermée ; on la rouvre le lendemain. Tout y est : {events} événements.",
    repeated="Le navigateur de Nadia répète son dernier clic, sous la même clé. Même reçu :",
    receipt="reçu {key} : {what}, version {version}",
    other_seat="La même clé revient, pour une autre place.",
    naming="À chaque place son nom",
    switched_on="À partir d’aujourd’hui, qui achète doit dire qui viendra.",
    without_names="Marco achète 2 places, sans désigner personne.",
    with_names="Il désigne alors {names}. Il paie {paid} ; tous deux sont inscrits.",
    without_holder="{who} est malade, et Marco reprend sa place sans désigner personne.",
    with_holder="Il désigne alors {who}, et la place change de main.",
    sold_out="Complet, jusqu’à la première annulation",
    full="Olivia voudrait une place pour elle-même.",
    cancelled="Nadia annule la place {seat} ({who}), qui revient en vente. Places disponibles : {left}.",
    bought_one="Olivia réessaie, paie {paid}, et la voilà inscrite.",
    what_nadia_has="Voici ce qu’il reste à Nadia :",
    post="Le courrier",
    delivered="{count} avis quittent la boîte d’envoi, chacun dans la langue de qui le lit, vers {folder} :",
    nothing_left="Au second passage, il n’y a plus rien à envoyer.",
    invitations="Sur invitation",
    larger_room="On trouve une salle plus grande, pour {capacity} personnes. Places encore en vente : {left}.",
    invited="Nadia achète {seats} places, et doit dire qui viendra. {names} n’ont pas de compte : elle les invite.",
    answer_until="Réponse possible jusqu’au {until}.",
    corrected="{mistyped} : une faute de frappe. Nadia corrige. L’ancienne invitation ne vaut plus, une nouvelle part.",
    accepted="Théo se crée un compte, accepte, et le voilà inscrit.",
    reminded="Maya et Paul n’ont pas répondu. On leur envoie un rappel.",
    declined="Maya décline l’invitation. La place {seat} est de nouveau libre, et à attribuer.",
    second_thoughts="Maya change d’avis, et clique sur le même lien pour accepter.",
    too_late="Paul accepte enfin.",
    swept="Les invitations restées sans réponse expirent. Places libres, à attribuer : {seats}.",
    filled="{who}, dont la place avait été annulée, reçoit aussitôt la place {seat} : il a un compte.",
    invited_again="Paul est réinvité, jusqu’au {until}.",
    refunds="L’argent revient",
    refund_terms="Nadia a payé {captured} pour ses {seats} dernières places, à ces conditions : d’une place annulée "
    "on garde {percent} % et {per_seat}, plus {once} une seule fois ; "
    "remboursement jusqu’au {until}.",
    refund_asked="Théo a trouvé un autre emploi. Nadia annule la place {seat}, et demande son remboursement.",
    refund_of="payé pour la place",
    kept_percent="gardé : {percent} %",
    kept_per_seat="gardé : par place",
    kept_once="gardé : une seule fois",
    goes_back="remboursé",
    refund_failed="Sa banque rejette le virement.",
    refund_retried="La banque a corrigé son erreur, et l’on réessaie : c’est toujours {refund}.",
    refund_arrived="L’argent arrive : {amount}.",
    refund_late="Dix minutes trop tard, Nadia annule la place {seat} ({who}) : {kept} gardés, {back} remboursés.",
    refund_reason="une jambe cassée, certificat médical à l’appui",
    refund_override="Le bureau des formations fait une exception, et dit pourquoi : {reason}. Tout est remboursé.",
    refund_columns=("place", "payé", "gardé", "remboursé"),
    refunded="Remboursé en tout : {refunded} sur {captured}.",
    books="Les comptes",
    book_columns=("", "actives", "libres", "invités", "occupées", "annulées", "payé"),
    individually="à titre individuel",
    places="Places : {taken} prises sur {capacity}, {held} réservée, {left} en vente.",
    seat_columns=("place", "état", "qui", "payé"),
    laws="Ce qui doit être vrai, vérifié :",
    law={
        Law.REPLAY: "les événements rejoués donnent l’état, pour chaque session, lot et paiement",
        Law.KEYS: "chaque événement a son reçu ; {repeats} commandes répétées, rien n’a changé",
        Law.VERSIONS: "la version est le nombre d’événements",
        Law.MONEY: "les prix des places font ce qui a été payé, au cent près",
        Law.NOTICES: "chacun est averti une fois de ce qui le concerne",
        Law.CAPACITY: "places prises et réservées tiennent dans la capacité",
        Law.PLACES: "places prises = places actives et inscriptions individuelles",
        Law.COUNTERS: "libres + invités + occupées = actives, recomptées ligne par ligne",
        Law.NOBODY_TWICE: "personne n’a deux places, et la liste connaît tous les inscrits et les invités",
        Law.NO_EMPTY_SEAT: "là où il faut un nom, qui achète ne laisse aucune place vide, un invité le peut",
        Law.REFUNDS: "la somme rendue par place est celle des remboursements, dans la limite du payé",
    },
    holds="ok",
    broken="ROMPUE",
    all_hold="Tout est comme il se doit.",
    some_broken="Quelque chose n’est pas comme il se doit.",
    refused="Refusé.",
)

ITALIAN: Final = Narration(
    title="Otto posti, e altri tre",
    subtitle="Un acquisto di gruppo, raccontato su un vero database. Gli orari sono quelli di Moncton.",
    training="Primo soccorso sul lavoro",
    place="Moncton",
    organisation="L’ufficio formazione",
    opening="Una sessione va in vendita",
    opened="«{training}» va in vendita, con {capacity} posti.",
    starts="Comincia {starts}.",
    buying="Nadia compra cinque posti",
    held="Nadia vuole {places} posti, riservati per tutto {until}; {left} restano in vendita.",
    secured="Il pagamento è in corso: da questo momento la prenotazione non può più scadere.",
    list_price="{seats} × {price}",
    discount="meno il {rate}%",
    to_pay="da pagare",
    bought="Pagato. I {seats} posti sono suoi, a {most} e {least}: i conti tornano al centesimo.",
    team="L’elenco della squadra",
    team_read="Nadia invia {file}, così come l’ha salvato il suo foglio di calcolo: {lines} righe.",
    team_assigned="{people} persone sono iscritte.",
    team_repeated="{twice} è di nuovo {once}: una persona, un posto.",
    too_many="Una persona di troppo",
    registered="{who} si iscrive a titolo individuale. Posti ancora in vendita: {left}.",
    late_read="Nadia invia {file}: {names}.",
    grey="Il pulsante era già disattivato: interrogata prima, la regola dà la stessa risposta.",
    late_again="Toglie {who} dall’elenco e riprova: {enrolled} è iscritto.",
    late_already="{who} ha già un posto, e non viene contato due volte.",
    changing_hands="Un posto passa di mano",
    handed_on="{old} non può venire. Il posto {seat} passa a {new}, in un solo gesto.",
    reopening="Va via la luce",
    reopened="Il database viene chiuso, e riaperto il giorno dopo. C’è tutto: {events} eventi.",
    repeated="Il browser di Nadia ripete l’ultimo clic, con la stessa chiave. Stessa ricevuta:",
    receipt="ricevuta {key}: {what}, versione {version}",
    other_seat="La stessa chiave torna, per un altro posto.",
    naming="A ogni posto il suo nome",
    switched_on="Da oggi chi compra deve dire chi verrà.",
    without_names="Marco compra 2 posti, senza indicare nessuno.",
    with_names="Allora indica {names}. Paga {paid}; entrambi sono iscritti.",
    without_holder="{who} è malata, e Marco riprende il posto senza indicare nessuno.",
    with_holder="Allora indica {who}, e il posto passa di mano.",
    sold_out="Tutto esaurito, finché qualcuno annulla",
    full="Olivia vorrebbe un posto per sé.",
    cancelled="Nadia annulla il posto {seat} ({who}). Torna in vendita; posti disponibili: {left}.",
    bought_one="Olivia riprova, paga {paid}, ed è iscritta.",
    what_nadia_has="Ecco che cosa ha ora Nadia:",
    post="La posta",
    delivered="{count} avvisi lasciano la posta in uscita, ognuno nella lingua di chi legge, in {folder}:",
    nothing_left="Al secondo giro non c’è più nulla da inviare.",
    invitations="Su invito",
    larger_room="Si trova una sala più grande, per {capacity} persone. Posti ancora in vendita: {left}.",
    invited="Nadia compra altri {seats} posti, e deve dire chi verrà. {names} non hanno un account: li invita.",
    answer_until="Possono rispondere fino a {until}.",
    corrected="{mistyped}: un errore di battitura. Nadia corregge. Il vecchio invito non vale più, ne parte uno nuovo.",
    accepted="Théo si crea un account, accetta, ed è iscritto.",
    reminded="Maya e Paul non hanno risposto. Ricevono un promemoria.",
    declined="Maya rifiuta. Il posto {seat} è di nuovo libero, e da assegnare.",
    second_thoughts="Maya ci ripensa, e clicca sullo stesso link per accettare.",
    too_late="Paul finalmente accetta.",
    swept="Gli inviti rimasti senza risposta scadono. Posti liberi, da assegnare: {seats}.",
    filled="{who}, il cui posto era stato annullato, riceve subito il posto {seat}: ha un account.",
    invited_again="Nuovo invito a Paul, fino a {until}.",
    refunds="I soldi tornano indietro",
    refund_terms="Nadia ha pagato {captured} per i suoi ultimi {seats} posti, a queste condizioni: di un posto "
    "annullato si trattengono il {percent}% e {per_seat}, più {once} una volta sola; "
    "rimborsi fino a {until}.",
    refund_asked="Théo ha trovato un altro lavoro. Nadia annulla il posto {seat}, e chiede il rimborso.",
    refund_of="pagato per il posto",
    kept_percent="trattenuto: {percent}%",
    kept_per_seat="trattenuto: per posto",
    kept_once="trattenuto: una volta sola",
    goes_back="rimborsato",
    refund_failed="La sua banca respinge il bonifico.",
    refund_retried="La banca ha rimediato, e si riprova: il rimborso è sempre {refund}.",
    refund_arrived="I soldi arrivano: {amount}.",
    refund_late="Dieci minuti troppo tardi, Nadia annulla il posto {seat} ({who}): {kept} trattenuti, "
    "{back} rimborsati.",
    refund_reason="una gamba rotta, con certificato medico",
    refund_override="L’ufficio formazione fa un’eccezione, e dice perché: {reason}. Torna indietro tutto.",
    refund_columns=("posto", "pagato", "trattenuto", "rimborsato"),
    refunded="Rimborsati in tutto {refunded} su {captured}.",
    books="I conti",
    book_columns=("", "attivi", "liberi", "invitati", "occupati", "annullati", "pagato"),
    individually="a titolo individuale",
    places="Posti: {taken} presi su {capacity}, {held} riservati, {left} in vendita.",
    seat_columns=("posto", "stato", "chi", "pagato"),
    laws="Che cosa deve essere vero, verificato:",
    law={
        Law.REPLAY: "rigiocando gli eventi si ottiene lo stato, per ogni sessione, lotto e pagamento",
        Law.KEYS: "ogni evento ha la sua ricevuta; {repeats} comandi ripetuti, nulla è cambiato",
        Law.VERSIONS: "la versione è il numero degli eventi",
        Law.MONEY: "i prezzi dei posti fanno quanto è stato pagato, al centesimo",
        Law.NOTICES: "ognuno è avvisato una volta di ciò che lo riguarda",
        Law.CAPACITY: "i posti presi e riservati stanno nella capienza",
        Law.PLACES: "posti presi = posti attivi e iscrizioni individuali",
        Law.COUNTERS: "liberi + invitati + occupati = attivi, ricontati riga per riga",
        Law.NOBODY_TWICE: "nessuno ha due posti, e l’elenco conosce tutti gli iscritti e gli invitati",
        Law.NO_EMPTY_SEAT: "dove serve un nome, chi compra non lascia posti vuoti, un invitato può",
        Law.REFUNDS: "quanto torna per ogni posto è quanto si rimborsa, entro quanto è stato pagato",
    },
    holds="ok",
    broken="VIOLATA",
    all_hold="Tutto è come deve essere.",
    some_broken="Qualcosa non è come deve essere.",
    refused="Rifiutato.",
)

NARRATIONS: Final[Mapping[str, Narration]] = {"en": ENGLISH, "fr": FRENCH, "it": ITALIAN}
