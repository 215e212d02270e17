"""The lines of the story."""

from collections.abc import Mapping

from attrs import frozen

from lara_core.seat_views import BadgeColour
from sqlite_host.laws import Law


@frozen(kw_only=True)
class Narration:
    """Every line of the story, in one language."""

    title: str
    subtitle: str
    training: str
    forklift: str
    evening: str
    online: str
    place: str
    organisation: str

    opening: str
    granted: str
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

    waiting: str
    june_opened: str
    june_sold_out: str
    giulia_too_late: str
    both_wait: str
    marco_cancels: str
    offered: str
    offer_taken: str

    approving: str
    both_ask: str
    approved: str
    not_approved: str
    left_the_list: str

    transferring: str
    june_larger: str
    transferred: str
    seat_in_june: str
    already_paid: str
    due: str
    difference_paid: str

    reactivating: str
    sofia_can_come: str
    reactivated: str
    paid_again: str

    unassigned: str
    maya_invited: str
    maya_declines: str
    too_early: str
    unassigned_cancelled: str

    unpaid: str
    on_invoice: str
    not_paid_yet: str
    released: str

    pages: str
    badge: str
    colours: Mapping[BadgeColour, str]
    tab_columns: tuple[str, str, str, str, str, str, str]
    management: str
    participant_columns: tuple[str, str, str, str, str]
    percent: str

    called_off: str
    june_cancelled: str
    called_off_columns: tuple[str, str, str, str]
    nothing_for_sale: str

    partnering: str
    attached: str
    price_columns: tuple[str, str, str]
    topped_up: str
    top_up_reason: str
    crew_enrolled: str

    running_out: str
    newcomers: str
    costs: str
    available: str
    would_fit: str
    tried_again: str
    nobody_told: str
    newcomers_enrolled: str

    giving_back: str
    withdrawn: str
    reversal_reason: str
    given_back: str

    limiting: str
    limit_set: str
    orchard_enrols: str
    harbour_enrols: str
    one_fits: str

    wallet_pages: str
    carla_looks: str
    hugo_looks: str
    statement_columns: tuple[str, str, str, str, str]
    opens: str
    closes: str
    audited: str
    misfit: str
    chart_title: str
    chart_credits: str
    chart_day: str
    chart_threshold: str
    drawn: str

    three_tabs: str
    arranged: str
    all_tabs: str
    catalogue: str
    code_made: str
    cart_filled: str
    tab: str
    with_code: str
    hst: str
    iva: str
    tax: str

    three_payments: str
    code_elsewhere: str
    code_used: str
    office_paid: str
    nothing_to_charge: str
    taken_for_nothing: str
    card_declined: str
    no_answer: str
    tries_again: str
    resolved: str

    numbers: str
    programme_cancelled: str
    credited: str
    number_columns: tuple[str, str, str, str, str]
    invoice: str
    credit_note: str

    elsewhere: str
    drafted: str
    sells_a_draft: str
    bought_elsewhere: str
    granted_twice: str
    history_columns: tuple[str, str, str]
    charged: str
    not_charged: str

    lessons: str
    breathing: str
    bleeding: str
    burns: str
    clicks: str
    opens_until: str
    extended: str
    shortens: str
    revoked: str
    not_revived: str

    importing: str
    silenced: str
    roster_read: str
    roster_columns: tuple[str, str, str]
    free_field: str
    previewed: str
    bad_columns: tuple[str, str, str]
    nothing_stands: str
    imported: str
    left_out: str
    imported_again: str

    asking_clients: str
    dates_planned: str
    clients_asked: str
    client_row: str
    nothing_said: str
    list_says: str
    client_reminded: str
    link_opened: str
    dates_accepted: str
    dates_declined: str

    other_dates: str
    dates_moved: str
    old_link: str
    asked_again: str
    accepted_now: str
    answers_late: str
    validated: str

    forgetting: str
    asks_to_be_forgotten: str
    forgotten: str

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
