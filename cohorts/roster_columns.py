"""What the columns of a roster mean: guessed by their headings in five languages, or by content."""

from __future__ import annotations

from functools import cache

from coalitions.words import plain
from cohorts.roster_table import Row

EMAIL, NAME, FIRST, LAST, RANK = "email", "name", "first_name", "last_name", "rank"
TEAM, COUNTRY, CHALLENGE, ROLE = "team", "country", "challenge", "role"
ORGANISATION, LANGUAGE = "organisation", "language"
COLUMNS = (
    EMAIL, NAME, FIRST, LAST, RANK, ROLE, ORGANISATION, LANGUAGE, TEAM, COUNTRY, CHALLENGE,
)  # fmt: skip
HEADINGS: dict[str, str] = {
    EMAIL: "e mail | email | mail | e mail address | email address | address | courriel | adresse "
    "| adresse e mail | adresse electronique | correo | correo electronico | endereco | "
    "endereco de e mail | البريد الالكتروني | البريد",
    FIRST: "first name | given name | forename | prenom | nombre de pila | primeiro nome | nombres "
    "| الاسم الاول",
    LAST: "last name | surname | family name | nom de famille | apellido | apellidos | sobrenome "
    "| apelido | اسم العايله | اللقب",
    NAME: "name | full name | participant | nom | nom complet | nom et prenom | nombre | "
    "nombre completo | nome | nome completo | الاسم | الاسم الكامل",
    RANK: "rank | title | salutation | titre | civilite | titulo | tratamiento | tratamento | "
    "الصفه | المنصب",
    TEAM: "team | equipe | equipa | equipo | delegation | الفريق",
    COUNTRY: "country | pays | pais | البلد | الدوله",
    CHALLENGE: "challenge | reform challenge | reform | defi | reforme | reto | desafio | reforma "
    "| التحدي | الاصلاح",
    ROLE: "role | function in team | fonction | rol | papel | funcao | الدور",
    ORGANISATION: "organisation | organization | institution | ministry | agency | employer | "
    "ministere | organizacion | institucion | ministerio | organizacao | instituicao | المؤسسه "
    "| الوزاره | الجهه",
    LANGUAGE: "language | langue | idioma | lengua | lingua | اللغه",
}
ROLES: dict[str, str] = {
    "lead": "lead | team lead | team leader | leader | head | chef | cheffe | chef d equipe | "
    "responsable | lider | lider da equipa | jefe | jefa | jefe de equipo | "
    "lider de equipo | coordenador | coordenadora | قايد | "
    "قايد الفريق | رييس | رييس الفريق",
    "member": "member | participant | membre | participante | miembro | membro | عضو | مشارك",
    "coach": "coach | mentor | tutor | accompagnateur | accompagnatrice | asesor | orientador | "
    "مدرب | مرشد",
    "facilitator": "facilitator | trainer | facilitateur | facilitatrice | animateur | facilitador "
    "| facilitadora | ميسر | ميسره",
}
LANGUAGES: dict[str, str] = {
    "en": "en | english | anglais | ingles | الانجليزيه",
    "fr": "fr | french | francais | frances | الفرنسيه",
    "es": "es | spanish | espagnol | espanol | espanhol | الاسبانيه",
    "pt": "pt | portuguese | portugais | portugues | البرتغاليه",
    "ar": "ar | arabic | arabe | العربيه",
}
HEADING_ROWS = 10


@cache
def _words(of: str) -> dict[str, str]:
    lists = {"headings": HEADINGS, "roles": ROLES, "languages": LANGUAGES}[of]
    return {plain(word): name for name, words in lists.items() for word in words.split("|")}


def role_of(text: str) -> str | None:
    """The role a cell names: lead, member, coach or facilitator; None for what is none."""
    return _words("roles").get(plain(text)) if text else "member"


def language_of(text: str) -> str | None:
    """The language a cell names; empty for an empty one, None for what we do not speak."""
    return _words("languages").get(plain(text)) if text else ""


def guess(rows: list[Row]) -> tuple[int, dict[int, str]]:
    """How many rows stand above the people, and what each column is, by its index.

    The headings are the first row that names an address column and another; without headings the
    column with addresses is known by them, and the one before it is taken for the name.
    """
    for above, row in enumerate(rows[:HEADING_ROWS], start=1):
        found = _by_headings(row.texts)
        if EMAIL in found.values() and (len(found) > 1 or len(row.texts) == 1):
            return above, found
    return 0, _by_content(rows)


def _by_headings(texts: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for index, text in enumerate(texts):
        name = _words("headings").get(plain(text))
        if name and name not in found.values():
            found[index] = name
    return found


def _by_content(rows: list[Row]) -> dict[int, str]:
    width = max((len(row.texts) for row in rows), default=0)
    counts = [sum("@" in row.texts[i] for row in rows if i < len(row.texts)) for i in range(width)]
    if not any(counts):
        return {}
    email = counts.index(max(counts))
    found = {email: EMAIL}
    if others := [i for i in range(width) if i != email]:
        found[email - 1 if email else others[0]] = NAME
    return found
