"""A reply is cut where the mail it answers begins, whatever program and language quoted it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followups.quoting import text_of_html, without_quote
from followups.reply_address import MARK

pytestmark = pytest.mark.once

OURS = f"{MARK} Answer above this line.\n\nHow does the plan go?\nhttp://x/c/abc\n--\nCoalitions"
AT = "Coalitions <answers@example.org>"


def cited(intro: str, body: str = OURS) -> str:
    return intro + "\n" + "\n".join(f"> {line}" for line in body.split("\n"))


PROGRAMS = {
    "gmail": cited(f"On Mon, 5 Jan 2026 at 10:00, {AT} wrote:\n"),
    "gmail wrapped": cited(
        "On Mon, 5 Jan 2026 at 10:00, Coalitions\n<answers@example.org> wrote:\n"
    ),
    "french": cited(f"Le lun. 5 janv. 2026 à 10:00, {AT} a écrit :\n"),
    "spanish": cited(f"El lun, 5 ene 2026 a las 10:00, {AT} escribió:"),
    "portuguese": cited(f"Em seg., 5 de jan. de 2026 às 10:00, {AT} escreveu:\n"),
    "arabic": cited(f"في الاثنين، 5 يناير 2026 في 10:00 تمت كتابة ما يلي بواسطة {AT}:\n"),
    "bare": cited(""),
    "outlook": f"From: {AT}\nSent: Monday, 5 January 2026 10:00\nTo: Amara\nSubject: x\n\n{OURS}",
    "outlook ruled": f"{'_' * 32}\nDe : {AT}\nEnvoyé : lundi\nÀ : Amara\nObjet : x\n\n{OURS}",
    "arabic outlook": f"من: {AT}\nتاريخ الإرسال: الاثنين\nإلى: Amara\nالموضوع: x\n\n{OURS}",
    "unquoted": f"On 5 Jan 2026, {AT} wrote:\n\n{OURS}",
}
# Lines as people write them. A line that ends with a colon just before the quote looks like the
# program's own where the program puts none there: that alone is left to chance.
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters=">:："),
    max_size=60,
).filter(
    lambda line: (
        MARK not in line
        and line.strip() not in {"--", "_____"}
        and not set(line.strip()) <= set("-_–—")
    )
)
REPLIES = st.lists(WORDS, min_size=1, max_size=8).map("\n".join)


@pytest.mark.parametrize("program", PROGRAMS)
@given(reply=REPLIES)
def test_what_a_person_wrote_is_all_that_is_left(program: str, reply: str) -> None:
    text = f"{reply}\n\n{PROGRAMS[program]}"
    left = [line.strip() for line in without_quote(text).split("\n") if line.strip()]
    assert left == [line.strip() for line in reply.split("\n") if line.strip()]


@given(st.text(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_is_cut_without_trouble_and_never_grows(text: str, end: str) -> None:
    assert len(without_quote(text.replace("\n", end))) <= len(text)
    text_of_html(text)


def test_an_answer_below_or_between_the_quote_is_kept() -> None:
    text = f"{PROGRAMS['gmail']}\n\nWe met.\n> How does it go?\nWell."
    assert without_quote(text) == "We met.\nWell."


def test_lists_with_hyphens_are_no_signature_and_a_signature_is_left_out() -> None:
    text = f"- met the minister\n- wrote the list\n-- \nAmara\n\n{PROGRAMS['gmail']}"
    assert without_quote(text) == "- met the minister\n- wrote the list"
