"""Links to answer by: what a token says, who signed it, and what is no token (C2)."""

import base64
import json
from itertools import product
from typing import Final

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from lara_core.confirmation import ClientAnswer
from lara_core.formats import links
from lara_core.formats.links import MOST_CHARACTERS, Link, Secrets
from lara_core.kernel.decisions import why_not
from lara_core.kernel.errors import Flaw
from lara_core.kernel.ids import ClientId, ProposalId
from lara_core.replies import LinkAltered, LinkTooLong, LinkUnreadable
from lara_core.testing import strategies
from tests.builders import flaw

OLD, NEW, FOREIGN = ("old-" * 8, "new-" * 8, "foreign-" * 4)
SIGNER: Final = Secrets(NEW)
YES: Final = Link(ProposalId("first"), ClientId("acme"), ClientAnswer.ACCEPTED)
SAID: Final = "WyJmaXJzdCIsImFjbWUiLCJhY2NlcHRlZCJd"


def payload(text: str) -> str:
    """What stands before the dot of a token."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_token_says_three_things_and_nothing_else() -> None:
    """Proposal, client and answer: no address, no name, no time (C2)."""
    said, _, signature = links.token(SIGNER, YES).partition(".")
    assert (said, json.loads(base64.urlsafe_b64decode(said)), len(signature)) == (
        SAID,
        ["first", "acme", "accepted"],
        43,
    )


links_: Final = st.builds(Link, strategies.ids(ProposalId), strategies.ids(ClientId), st.sampled_from(ClientAnswer))


@given(links_)
def test_a_token_is_read_as_it_was_written(link: Link) -> None:
    """Whatever the ids are, the token stands in a URL as it is, and says the same (C2)."""
    token = links.token(SIGNER, link)
    assert (links.read(SIGNER, token), token.replace("-", "").replace("_", "").replace(".", "").isalnum()) == (
        link,
        True,
    )
    assert token.isascii()


def test_the_longest_ids_fit() -> None:
    """An id of 255 characters, each of four bytes, is an id like others (K9)."""
    link = Link(ProposalId("\U0001f600" * 255), ClientId("\U0001f601" * 255), ClientAnswer.DECLINED)
    token = links.token(SIGNER, link)
    assert (links.read(SIGNER, token), len(token) <= MOST_CHARACTERS) == (link, True)


def test_the_same_link_has_the_same_token() -> None:
    """A reminder shows the link that the proposal showed (C7)."""
    assert links.token(SIGNER, YES) == links.token(Secrets(NEW, (OLD,)), YES)


def test_the_newest_secret_signs_and_all_verify() -> None:
    """A host changes its secret, and links that are on their way still work, until the old one is left out."""
    before, after, gone = Secrets(OLD), Secrets(NEW, (FOREIGN, OLD)), Secrets(NEW)
    token = links.token(before, YES)
    assert (links.read(after, token), why_not(links.read, gone, token)) == (YES, LinkAltered())
    assert links.token(after, YES) == links.token(gone, YES)


def test_an_altered_token_is_refused_whatever_is_altered() -> None:
    """Another answer, proposal or client under the same signature is nobody's link (C2)."""
    _, _, signature = links.token(SIGNER, YES).partition(".")
    others = product(("first", "second"), ("acme", "other"), ("accepted", "declined"))
    said = {
        names: why_not(links.read, SIGNER, f"{payload(json.dumps(list(names), separators=(',', ':')))}.{signature}")
        for names in others
    }
    assert said == {names: None if names == ("first", "acme", "accepted") else LinkAltered() for names in said}


def test_every_character_of_the_token_counts() -> None:
    """Changing any one of them, but for the bits that base64 does not use, is seen."""
    token = links.token(SIGNER, YES)
    altered = [
        f"{token[:place]}{'A' if token[place] != 'A' else 'B'}{token[place + 1 :]}" for place in range(len(token))
    ]
    said = {why_not(links.read, SIGNER, each) for each in altered}
    assert said == {LinkAltered(), LinkUnreadable()}


def test_another_purpose_of_the_same_secret_is_none_of_ours() -> None:
    """A host that signs other things with its secret has not signed links with them."""
    import itsdangerous

    other = itsdangerous.Signer(NEW, salt="password-reset").sign(SAID).decode()
    assert why_not(links.read, SIGNER, other) == LinkAltered()


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("", LinkUnreadable()),
        (".", LinkUnreadable()),
        ("abc", LinkUnreadable()),
        ("abc.", LinkUnreadable()),
        (".abc", LinkUnreadable()),
        ("a.b.c", LinkUnreadable()),
        ("abc.def\n", LinkUnreadable()),
        ("abc.dé", LinkUnreadable()),
        ("abc.d\ud800f", LinkUnreadable()),
        ("abc.\x00", LinkUnreadable()),
        ("ab%2E.cd", LinkUnreadable()),
        ("abc.def", LinkAltered()),
        (f"{SAID}.{'A' * 43}", LinkAltered()),
        ("x" * MOST_CHARACTERS, LinkUnreadable()),
        (f"{'x' * (MOST_CHARACTERS - 2)}.x", LinkAltered()),
        ("x" * (MOST_CHARACTERS + 1), LinkTooLong(MOST_CHARACTERS)),
        (f"{SAID}.{'A' * 10_000_000}", LinkTooLong(MOST_CHARACTERS)),
    ],
    ids=range(17),
)
def test_what_is_no_token_has_its_refusal(token: str, expected: object) -> None:
    """Cut off, typed by hand, too long: each has its name, and length is looked at first (C2, K9)."""
    assert why_not(links.read, SIGNER, token) == expected


@pytest.mark.parametrize(
    "said",
    [
        "[]",
        '["first","acme"]',
        '["first","acme","accepted",1]',
        '["first","acme","maybe"]',
        '["","acme","accepted"]',
        '["first",7,"accepted"]',
        '["fi rst","acme","accepted"]',
        '[null,"acme","accepted"]',
        '["first","acme",["accepted"]]',
        '{"a":1,"b":2,"c":3}',
        "3",
        "no json",
        "[" * 2_000,
    ],
)
def test_what_was_signed_by_somebody_elses_program_is_unreadable(said: str) -> None:
    """A good signature does not make a link of it, and nothing but a refusal comes out."""
    assert why_not(links.read, SIGNER, SIGNER.sign(payload(said))) == LinkUnreadable()


def test_signed_text_that_is_no_base64_is_unreadable() -> None:
    """Nor does one over text of another form."""
    assert [why_not(links.read, SIGNER, SIGNER.sign(text)) for text in ("A", "_w", "a-b_c")] == [LinkUnreadable()] * 3


@given(
    st.text()
    | st.text("ABab01-_.", max_size=60)
    | st.just(SAID).flatmap(lambda said: st.text("ab").map(f"{said}.".__add__))
)
def test_any_string_gives_a_refusal_and_nothing_else(token: str) -> None:
    """Whatever somebody types behind the address of the page, it is answered (promise 9)."""
    refusals = (LinkTooLong, LinkUnreadable, LinkAltered)
    assert isinstance(why_not(links.read, SIGNER, token), refusals)


@pytest.mark.parametrize(
    ("newest", "older", "expected"),
    [
        ("x" * 31, (), ("secrets", Flaw.TOO_SMALL)),
        ("", (), ("secrets", Flaw.TOO_SMALL)),
        (b"x" * 32, (), ("secrets", Flaw.WRONG_TYPE)),
        ("x" * 32, ("y" * 31,), ("secrets", Flaw.TOO_SMALL)),
        ("x" * 32, "y" * 32, ("secrets", Flaw.WRONG_TYPE)),
        ("x" * 32, ("y" * 32,), None),
    ],
)
def test_a_secret_is_long(newest: str, older: tuple[str, ...], expected: tuple[str, Flaw] | None) -> None:
    """A secret that could be guessed is refused when it is given, and one for several is no tuple."""
    assert flaw(lambda: Secrets(newest, older)) == expected


def test_secrets_are_not_shown() -> None:
    """What signs does not get into logs (K11)."""
    assert repr(Secrets(NEW, (OLD,))) == "Secrets()"


def test_an_answer_is_one_of_two() -> None:
    """A plain string of a form is none, whatever it says (K9)."""
    answer: ClientAnswer = "accepted"  # type: ignore[assignment]  # wrong on purpose
    assert flaw(lambda: Link(ProposalId("first"), ClientId("acme"), answer)) == ("answer", Flaw.WRONG_TYPE)


@frozen
class Plain:
    """A signer of a host's own, which signs with anything."""

    signature: str

    def sign(self, text: str) -> str:
        """The text, and the signature as it is."""
        return f"{text}.{self.signature}"

    def unsign(self, signed: str) -> str | None:
        """The text, under that signature."""
        text, _, signature = signed.partition(".")
        return text if signature == self.signature else None


def test_a_host_signs_by_itself() -> None:
    """Keys may be kept where this library does not reach: what signs is behind a Protocol."""
    signer = Plain("abc")
    token = links.token(signer, YES)
    assert (token, links.read(signer, token)) == (f"{SAID}.abc", YES)


@pytest.mark.parametrize("signature", ["", "a b", "a.b", "x" * MOST_CHARACTERS])
def test_a_signer_gives_what_stands_in_a_url(signature: str) -> None:
    """One that does not is found when it signs, and not by whoever opens the link."""
    assert flaw(lambda: links.token(Plain(signature), YES)) == ("signer", Flaw.WRONG_FORM)
