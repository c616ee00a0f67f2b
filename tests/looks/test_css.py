"""The promises of the one style sheet: legible in both themes, in both directions, and light."""

import gzip
import re
from itertools import product

import pytest

from tests.installation import ROOT

pytestmark = pytest.mark.once

SHEET = ROOT / "static" / "css" / "app.css"
# Pages with a look of their own, such as the agenda's builder, bring a small sheet besides.
SHEETS = sorted(SHEET.parent.glob("*.css"))
CSS = re.sub(r"/\*.*?\*/", "", "\n".join(s.read_text() for s in SHEETS), flags=re.S)

KIB = 1024
TEXT = 4.5  # WCAG 2.2, 1.4.3
MARK = 3.0  # WCAG 2.2, 1.4.11
THEMES = ("light", "dark")
PAPERS = ("bg", "surface", "raised")
STATUSES = ("done", "on", "stuck", "late", "not")

PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:"
    r"|(?:float|clear|text-align)\s*:\s*(?:left|right)"
)


def token(block: str, name: str, theme: str) -> str:
    """The colour of a token in a theme, as `#rrggbb`."""
    found = re.search(rf"--{name}:\s*light-dark\((#\w+),\s*(#\w+)\)", block)
    assert found, f"--{name} is not a pair of colours"
    colour = found.group(1 + THEMES.index(theme)).removeprefix("#")
    return "#" + (colour if len(colour) == 6 else "".join(2 * digit for digit in colour))


def palette(selector: str) -> str:
    """The declarations of the rule whose selector begins with `selector`."""
    found = re.search(re.escape(selector) + r"[^{]*\{([^}]*)\}", CSS)
    assert found, f"no rule for {selector}"
    return found.group(1)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2 defines it, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("ink", "paper"), list(product(("text", "muted", "accent", "error"), PAPERS))
)
def test_words_are_legible_on_every_paper(theme: str, ink: str, paper: str) -> None:
    root = palette(":root")
    assert contrast(token(root, ink, theme), token(root, paper, theme)) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("ink", "paper"),
    [("on-accent", "accent"), ("accent", "soft"), ("text", "soft"), ("muted", "soft")],
)
def test_words_are_legible_on_the_accent(theme: str, ink: str, paper: str) -> None:
    root = palette(":root")
    assert contrast(token(root, ink, theme), token(root, paper, theme)) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "paper"), list(product(("edge", "focus", "accent"), PAPERS)))
def test_controls_and_focus_stand_out_from_every_paper(theme: str, edge: str, paper: str) -> None:
    root = palette(":root")
    assert contrast(token(root, edge, theme), token(root, paper, theme)) >= MARK


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_legible_and_its_mark_is_seen(theme: str, status: str) -> None:
    colours = palette(f"[data-status{'' if status in ('done', 'stuck', 'late') else '^'}={status}]")
    root = palette(":root")
    ink, tint, mark = (token(colours, name, theme) for name in ("ink", "tint", "mark"))
    assert contrast(ink, tint) >= TEXT
    assert contrast(mark, tint) >= MARK
    for paper in PAPERS:
        assert contrast(mark, token(root, paper, theme)) >= MARK


def test_one_sheet_serves_both_directions_of_writing() -> None:
    queries_left_out = re.sub(r"@(?:media|container)[^{]*", "", CSS)
    assert PHYSICAL.findall(queries_left_out) == []


def test_the_sheet_weighs_at_most_eight_kilobytes_and_the_others_far_less() -> None:
    for sheet in SHEETS:
        assert len(gzip.compress(sheet.read_bytes())) <= (8 if sheet == SHEET else 2) * KIB


SCRIPTS = ROOT / "static" / "js"
# Modules that a page asks for at once; others come when they are needed, or in the background.
AT_ONCE = re.compile(r"""^(?:import|export)\b[^;]*?["']\./([\w-]+\.js)["']""", re.M)


def at_once(script: str, found: set[str]) -> set[str]:
    """The script with everything it imports, and what that imports."""
    if script not in found:
        found.add(script)
        for other in AT_ONCE.findall((SCRIPTS / script).read_text()):
            at_once(other, found)
    return found


def weight(scripts: set[str]) -> int:
    return sum(len(gzip.compress((SCRIPTS / script).read_bytes())) for script in scripts)


def scripts_of_pages() -> dict[str, set[str]]:
    """By template, the scripts that its page cannot do without."""
    found = {}
    for template in (ROOT / "templates").rglob("*.html"):
        entries = re.findall(r"<script[^>]*\{% static '?\"?js/([\w-]+\.js)", template.read_text())
        scripts: set[str] = set()
        for entry in [*entries, "app.js"]:
            at_once(entry, scripts)
        found[template.name] = scripts
    return found


@pytest.mark.parametrize(("template", "scripts"), sorted(scripts_of_pages().items()))
def test_a_page_waits_for_few_own_scripts(template: str, scripts: set[str]) -> None:
    assert weight(scripts) <= 18 * KIB, sorted(scripts)


def test_our_own_scripts_stay_light() -> None:
    assert weight({script.name for script in SCRIPTS.glob("*.js")}) <= 58 * KIB


def said(*folders: str) -> str:
    """All that is written in the templates, scripts and modules that can name a class."""
    files = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return "\n".join(path.read_text() for path in files if path.suffix in {".html", ".js"})


def classes() -> list[str]:
    selectors = re.findall(r"([^{};]+)\{", CSS)
    return sorted(set(re.findall(r"\.([a-z][\w-]*)", " ".join(selectors))))


# Worn, but in need of no look of their own.
HOOKS = {"mark"}
# Django's own names for the levels of a message, written by `message.level_tag`.
LEVELS = {"success", "warning", "error"}


@pytest.mark.parametrize("name", classes())
def test_every_class_of_the_sheet_is_worn_somewhere(name: str) -> None:
    worn = re.search(rf"""(?<![\w-]){re.escape(name)}(?![\w-])""", said("templates", "static/js"))
    assert worn or name in LEVELS


def test_every_class_that_a_page_wears_is_in_the_sheet() -> None:
    pages = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", said("templates"), flags=re.S)
    worn = {name for value in re.findall(r'\bclass="([^"]*)"', pages) for name in value.split()}
    assert worn - set(classes()) == HOOKS
