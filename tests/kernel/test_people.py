"""Addresses compare by one key, and people by shared keys (K7, K9, K11)."""

import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import chain, permutations
from typing import Any

import email_validator
import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from lara_core.kernel.errors import BadValue, Flaw
from lara_core.kernel.ids import AccountId
from lara_core.kernel.people import LOCAL_LENGTH, EmailAddress, Person, distinct


def key_of(typed: str) -> str | None:
    """The key of *typed*, or `None` where it is refused."""
    try:
        return EmailAddress(typed).key
    except BadValue:
        return None


# --- Addresses


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("anna@example.com", "anna@example.com"),
        ("Anna.O'Neil+CPR@Mail.EXAMPLE.com", "anna.o'neil+cpr@mail.example.com"),
        ("!#$%&'*+-/=?^_`{|}~@a.co", "!#$%&'*+-/=?^_`{|}~@a.co"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
        ("ä" * 64 + "@example.com", "ä" * 64 + "@example.com"),
        ("é@" + ("b" * 63 + ".") * 3 + "b" * 57, "é@" + ("b" * 63 + ".") * 3 + "b" * 57),
        ("a@" + "b" * 63 + ".com", "a@" + "b" * 63 + ".com"),
        ("a@1-2.example", "a@1-2.example"),
        ("anna@intranet.local", "anna@intranet.local"),
        ("änna@intranet.local", "änna@intranet.local"),
        ("anna@straße.test", "anna@xn--strae-oqa.test"),
        ("anna@straße.de", "anna@xn--strae-oqa.de"),
        ("anna@XN--Strae-OQA.de", "anna@xn--strae-oqa.de"),
        ("anna@strasse.de", "anna@strasse.de"),
        ("anna@Βόλος.com", "anna@xn--nxasmm1c.com"),
        ("Ä.Müller@EXAMPLE.com", "Ä.müller@example.com"),
        ("a\u0308@example.com", "ä@example.com"),
        ("\u212a@example.com", "k@example.com"),
        ("J\u030c@example.com", "\u01f0@example.com"),
    ],
)
def test_keys(typed: str, key: str) -> None:
    """ASCII letters fold, accents do not; the domain is IDNA 2008, where ß and the final sigma are letters (K7)."""
    address = EmailAddress(typed)
    assert (address.typed, address.key) == (typed, key)


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("  ", Flaw.EMPTY),
        ("a@" + "b" * 100_000 + ".com", Flaw.TOO_LONG),
        ("a@" + "b." * 125 + "com", Flaw.TOO_LONG),
        ("é@" + ("b" * 63 + ".") * 3 + "b" * 58, Flaw.TOO_LONG),
        ("anna@example.com\nBcc: all@example.com", Flaw.UNSAFE_CHARACTER),
        ("anna@example.com\r", Flaw.UNSAFE_CHARACTER),
        ("anna\u202e@example.com", Flaw.UNSAFE_CHARACTER),
        ("anna\u200b@example.com", Flaw.UNSAFE_CHARACTER),
        (" anna@example.com", Flaw.NOT_AN_ADDRESS),
        ("anna@example.com ", Flaw.NOT_AN_ADDRESS),
        ("anna\u3000@example.com", Flaw.NOT_AN_ADDRESS),
        ("anna", Flaw.NOT_AN_ADDRESS),
        ("@example.com", Flaw.NOT_AN_ADDRESS),
        ("@straße.de", Flaw.NOT_AN_ADDRESS),
        ("anna@", Flaw.NOT_AN_ADDRESS),
        ("a@b@c.com", Flaw.NOT_AN_ADDRESS),
        ("a..b@example.com", Flaw.NOT_AN_ADDRESS),
        (".a@example.com", Flaw.NOT_AN_ADDRESS),
        ("a.@example.com", Flaw.NOT_AN_ADDRESS),
        ('"a b"@example.com', Flaw.NOT_AN_ADDRESS),
        ('"a"@straße.de', Flaw.NOT_AN_ADDRESS),
        ("a(b)@example.com", Flaw.NOT_AN_ADDRESS),
        ("Anna <anna@example.com>", Flaw.NOT_AN_ADDRESS),
        ("Änna <anna@example.com>", Flaw.NOT_AN_ADDRESS),
        ("a" * 65 + "@example.com", Flaw.NOT_AN_ADDRESS),
        ("ä" * 65 + "@example.com", Flaw.NOT_AN_ADDRESS),
        ("a@[127.0.0.1]", Flaw.NOT_AN_ADDRESS),
        ("a@[IPv6:::1]", Flaw.NOT_AN_ADDRESS),
        ("ä@[127.0.0.1]", Flaw.NOT_AN_ADDRESS),
        ("a@127.0.0.1", Flaw.NOT_AN_ADDRESS),
        ("a@localhost", Flaw.NOT_AN_ADDRESS),
        ("ä@localhost", Flaw.NOT_AN_ADDRESS),
        ("a@straße", Flaw.NOT_AN_ADDRESS),
        ("a@example.c0", Flaw.NOT_AN_ADDRESS),
        ("ä@example.c0", Flaw.NOT_AN_ADDRESS),
        ("a@example.com.", Flaw.NOT_AN_ADDRESS),
        ("ä@example.com.", Flaw.NOT_AN_ADDRESS),
        ("a@.example.com", Flaw.NOT_AN_ADDRESS),
        ("a@b..com", Flaw.NOT_AN_ADDRESS),
        ("a@" + "b" * 64 + ".com", Flaw.NOT_AN_ADDRESS),
        ("a@-b.com", Flaw.NOT_AN_ADDRESS),
        ("a@b-.com", Flaw.NOT_AN_ADDRESS),
        ("a@b_c.com", Flaw.NOT_AN_ADDRESS),
        ("a@ab--c.com", Flaw.NOT_AN_ADDRESS),
        ("a@xn--abc.com", Flaw.NOT_AN_ADDRESS),
        ("a@☃.com", Flaw.NOT_AN_ADDRESS),
        ("a＠example.com", Flaw.NOT_AN_ADDRESS),
        (b"a@example.com", Flaw.WRONG_TYPE),
        (None, Flaw.WRONG_TYPE),
        (7, Flaw.WRONG_TYPE),
    ],
)
def test_what_is_no_address(typed: Any, flaw: Flaw) -> None:
    """Each is refused by its first flaw, and length is looked at before anything that costs (K9)."""
    with pytest.raises(BadValue) as caught:
        _ = EmailAddress(typed)
    assert (caught.value.field, caught.value.flaw) == ("address", flaw)


@pytest.fixture(scope="module")
def _any_domain() -> Iterator[None]:
    """email-validator by syntax alone: it lets its users say which domains it holds to be special."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", [])
        yield


pieces = st.sampled_from(
    [*"aZ0.-_@+\"'()[]<> :\\", "..", "--", "xn--", "XN--Strae-OQA", ".de", ".local", "info", "@b.co"]
)
locals_ = st.from_regex(r"[A-Za-z0-9.+_'-]{1,8}", fullmatch=True) | st.sampled_from(["a" * 64, "a" * 65, '"a"', "INFO"])
labels = st.from_regex(r"[A-Za-z0-9-]{1,6}", fullmatch=True) | st.sampled_from(
    ["com", "local", "test", "xn--strae-oqa", "xn--p1ai", "xn--abc", "ab--c", "d1", "b" * 63, "b" * 64]
)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join)
ascii_addresses = st.lists(pieces, max_size=12).map("".join) | st.tuples(locals_, domains).map("@".join)


@pytest.mark.usefixtures("_any_domain")
@given(ascii_addresses)
def test_the_fast_path_agrees_with_email_validator(typed: str) -> None:
    """Most addresses never meet email-validator; it would accept the same ones, under the same key."""
    try:
        answer = email_validator.validate_email(typed, check_deliverability=False)
    except email_validator.EmailNotValidError:
        expected = None
    else:
        # Newer versions look at this length only when they are asked to, older ones always.
        fits = len(answer.local_part) <= LOCAL_LENGTH
        expected = f"{answer.local_part.lower()}@{answer.ascii_domain}" if fits else None
    assert key_of(typed) == expected


odd = st.text(
    st.sampled_from("aZ.ßéÉkJſΣς1٣中אＡıİ。①∕\u030c\u0301\u212a\u212b\u037e\ufb01") | st.characters(), max_size=6
)
odd_addresses = st.tuples(odd, odd.map("{}.de".format)).map("@".join) | st.text(max_size=30)


@given(odd_addresses)
def test_a_key_is_its_own_key(typed: str) -> None:
    """A key may be typed instead of the address that it is of, and however its accents are coded (K7)."""
    key = key_of(typed)
    if key is not None:
        assert key_of(key) == key
        assert {key_of(unicodedata.normalize(form, typed)) for form in ("NFC", "NFD")} == {key}


@given(odd_addresses)
def test_an_accepted_address_is_one_line(typed: str) -> None:
    """What is let in can stand in a mail header, whatever was tried."""
    if key_of(typed) is not None:
        assert typed.isprintable()
        assert " " not in typed
        assert len(typed.encode()) <= 254


def test_equality_is_by_key() -> None:
    """Two ways of typing an address are one address, in sets and mappings too (K7)."""
    one, other = EmailAddress("Anna@EXAMPLE.com"), EmailAddress("anna@example.com")
    assert one == other
    assert len({one, other}) == 1
    assert EmailAddress("anna@straße.de") != EmailAddress("anna@strasse.de")


def test_a_key_is_never_given() -> None:
    """Nobody can pass one address off under the key of another."""
    make: Any = EmailAddress
    with pytest.raises(TypeError):
        _ = make("bob@example.com", key="anna@example.com")


def test_one_string_serves_for_both() -> None:
    """An address typed as its key is kept once: pools hold many thousands."""
    typed = "learner@example.com"
    address = EmailAddress(typed)
    assert address.typed is address.key is typed


def test_email_validator_is_not_imported_for_ascii() -> None:
    """A host whose addresses are all ASCII, the wrong ones too, never pays for the import."""
    code = """
import sys
from lara_core.kernel.errors import BadValue
from lara_core.kernel.people import EmailAddress
_ = EmailAddress("Anna@example.com")
try:
    _ = EmailAddress("Anna@example")
except BadValue:
    print("email_validator" in sys.modules)
_ = EmailAddress("anna@xn--strae-oqa.de")
print("email_validator" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


# --- People


def test_nothing_personal_in_a_repr() -> None:
    """A person in a log is an account at most (K11)."""
    assert repr(Person.of("anna@example.com", "u-1")) == "Person(address=EmailAddress(...), account='u-1')"
    assert f"{EmailAddress('anna@example.com')}" == "EmailAddress(...)"


def test_keys_of_a_person() -> None:
    """The account first, then the address; an account that looks like an address is not taken for one."""
    assert Person.of("Anna@example.com").keys == ("address:anna@example.com",)
    assert Person.of("Anna@example.com", "u-1").keys == ("account:u-1", "address:anna@example.com")
    assert not Person.of("bob@example.com", "anna@example.com").same_as(Person.of("anna@example.com"))


@pytest.mark.parametrize(
    ("address", "account", "field", "flaw"),
    [
        ("anna@example.com", None, "address", Flaw.WRONG_TYPE),
        (None, None, "address", Flaw.WRONG_TYPE),
        (EmailAddress("anna@example.com"), 1, "account", Flaw.WRONG_TYPE),
        (EmailAddress("anna@example.com"), "", "account", Flaw.EMPTY),
        (EmailAddress("anna@example.com"), "u\n1", "account", Flaw.UNSAFE_CHARACTER),
    ],
)
def test_a_person_is_made_of_checked_values(address: Any, account: Any, field: str, flaw: Flaw) -> None:
    """What nobody checked becomes no person (K9)."""
    with pytest.raises(BadValue) as caught:
        _ = Person(address, account)
    assert (caught.value.field, caught.value.flaw) == (field, flaw)


def test_a_person_does_not_change() -> None:
    """A holder stays who they were when the seat was given."""
    with pytest.raises(FrozenInstanceError):
        Person.of("anna@example.com").account = AccountId("u-1")  # type: ignore[misc]  # it is frozen: that is what is tried


people = st.builds(
    Person.of,
    st.sampled_from(["a@x.org", "A@X.org", "b@x.org", "c@x.org", "d@x.org"]),
    st.none() | st.sampled_from(["u-1", "u-2", "a@x.org"]),
)


@given(people, people)
def test_the_same_where_a_key_is_shared(one: Person, other: Person) -> None:
    """By account or by address, from either side; and a set of somebody's keys finds the other (K7)."""
    shared = not set(one.keys).isdisjoint(other.keys)
    assert one.same_as(other) == other.same_as(one) == one.is_in(set(other.keys)) == shared


@given(st.lists(people, max_size=8))
def test_distinct_is_one_mention_of_each(mentions: list[Person]) -> None:
    """Nobody is seated twice, nobody is lost, each stands where they were named first, by account if they have one."""
    groups: list[list[int]] = []
    for place, mention in enumerate(mentions):
        joined = [group for group in groups if any(mention.same_as(mentions[other]) for other in group)]
        groups = [group for group in groups if group not in joined] + [sorted((*chain.from_iterable(joined), place))]
    in_order = [[mentions[place] for place in group] for group in sorted(groups)]
    kept, repeats = distinct(mentions)
    assert kept == tuple(next((one for one in group if one.account), group[0]) for group in in_order)
    assert Counter((*kept, *repeats)) == Counter(mentions)


def test_distinct_whatever_the_order() -> None:
    """Two that only a third joins are one person, however the three are sorted."""
    mentions = (Person.of("x@example.com", "a"), Person.of("y@example.com", "a"), Person.of("y@example.com"))
    for permuted in permutations(mentions):
        (one,), repeats = distinct(permuted)
        assert (one.account, len(repeats)) == ("a", 2)


def test_distinct_by_hand() -> None:
    """Named by account and again by bare address, a person is one."""
    anna, again, bob = Person.of("anna@example.com", "u-1"), Person.of("ANNA@example.com"), Person.of("bob@example.com")
    assert distinct(iter([anna, again, bob])) == ((anna, bob), (again,))
    assert distinct([again, bob, anna]) == ((anna, bob), (again,))
    assert distinct([bob, bob]) == ((bob,), (bob,))
