"""What the demo's staff prepared for the sessions of the cohort in its week.

The case and its people are invented; so are the roles.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from accounts.models import User
from cohorts.models import Cohort, Session
from materials import role_cards, shelf
from materials.models import Material
from materials.role_cards import Card
from materials.shelf import Words

Kind = Material.Kind
COLUMNS = ["Who", "What they want", "What holds them back", "Whom they listen to", "We meet on"]
CASE = """Kibandani is home to eighty thousand people and has no meter. Current comes from a line \
that somebody tapped years ago; four families pay a man they call the chairman. In the dry season \
there is a fire every month.

The utility would lay a safe line and charge less than the chairman does. The county says the land \
is not settled, the ministry says the county must ask, and the residents' committee has heard \
promises before. The chairman sponsors the football team.

Read it with three questions. Who loses on the day the first legal meter turns? Who could say yes, \
and to whom do they listen? What would you do in the next thirty days, if you were the utility's \
director for new connections and nobody reported to you?"""
LISTENER = """You lead the reform. You have fifteen minutes with somebody whose work it will \
change, and one aim: to leave knowing something that you did not know.

Ask, and then be silent. Do not explain the reform. When you hear a worry, ask for an example."""
LISTENED_TO = """You keep the attendance lists of a district. You have seen three reforms, and \
each cost you two months of evenings.

You will tell what really worries you (your cousin is on the list, and should not be) only to \
someone who lets you finish twice."""
MINISTER = """You are the minister of public service. You want the institution merged before the \
budget, and you want nobody to lose face.

Keep to yourself: the president has asked you to name one director who goes. Until two sides ask \
you for the same thing, you promise nothing."""
UNION = """You speak for the staff. Your members fear the merger more than the work.

Keep to yourself: you would accept it for a written word that nobody is moved to another town. You \
were told the minister has such a letter in his drawer."""


def prepare(cohort: Cohort, *, by: User, now: datetime) -> None:
    """Materials, a case with its reading, and role cards for people of the team of Liberia."""
    sessions = {session.title: session for session in cohort.sessions.live()}
    prepared = {"by": by, "now": now}

    def bring(
        title: str, kind: str, name: str, text: str = "", link: str = "", *files: SimpleUploadedFile
    ) -> None:
        words = Words(kind, name, text, link)
        shelf.add(sessions[title], words, files, form_id=uuid4(), **prepared)  # type: ignore[arg-type]

    bring(
        "What makes coalitions work, and what we don't know",
        Kind.MATERIAL,
        "Reports on coalitions for reform",
        "Search for “leading with coalitions”.",
        "https://openknowledge.worldbank.org/",
    )
    bring(
        "Stakeholder mapping: actors, interests, brakes",
        Kind.MATERIAL,
        "Worksheet for the map",
        "To fill in on a laptop, one line for each person.",
        "",
        worksheet(),
    )
    bring("Case: power for informal settlements", Kind.READING, "Kibandani wants light", CASE)
    _cards(cohort, sessions, by, now)


def worksheet() -> SimpleUploadedFile:
    """An empty table as a workbook."""
    book, content = Workbook(), BytesIO()
    book.active.append(COLUMNS)  # type: ignore[union-attr]
    book.save(content)
    return SimpleUploadedFile("worksheet-for-the-map.xlsx", content.getvalue())


def _cards(cohort: Cohort, sessions: dict[str, Session], by: User, now: datetime) -> None:
    liberia = User.objects.filter(memberships__team__cohort=cohort, email__startswith="liberia.")
    lead, member = (liberia.get(email__contains=f".{who}@") for who in ("lead", "member"))
    for title, role, text, person in (
        ("The listening interview", "The one who asks", LISTENER, lead),
        ("The listening interview", "The one who is asked", LISTENED_TO, member),
        ("Simulation of institutional change, part 1", "The minister", MINISTER, lead),
        ("Simulation of institutional change, part 1", "The union", UNION, member),
    ):
        card = Card(role, text, None, frozenset({person.pk}))
        role_cards.write(sessions[title], card, by=by, now=now, form_id=uuid4())
    asked = sessions["The listening interview"].role_cards.get(title="The one who asks")
    role_cards.open_card(asked, cohort, by=lead, now=asked.opens_at(cohort))
