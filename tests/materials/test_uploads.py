"""Files of strangers: only what is what its name says comes in, under a name that harms nobody."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from coalitions.upload_handler import LimitedUploadHandler
from materials import uploads
from materials.models import Material
from tests.materials.conftest import JPEG, MP4, PDF, PNG, World, file, office

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.PDF", b"\xef\xbb\xbf\n" + PDF),
        ("a.png", PNG),
        ("a.jpg", JPEG),
        ("a.jpeg", JPEG),
        ("a.mp4", MP4),
        ("a.docx", office("docx")),
        ("a.xlsx", office("xlsx")),
        ("a.pptx", office("pptx")),
    ],
)
def test_what_sessions_need_comes_in(world: World, name: str, content: bytes) -> None:
    assert world.material(file=file(name, content)).file_name == f"a.{name[2:].lower()}"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.pdf", b"", "“\u2068empty.pdf\u2069” is empty."),
        ("page.html", HTML, "a kind of file that cannot be brought"),
        ("picture.svg", SVG, "a kind of file that cannot be brought"),
        ("program.exe", b"MZ", "a kind of file that cannot be brought"),
        ("macro.docm", office("docx"), "a kind of file that cannot be brought"),
        ("nothing", PDF, "a kind of file that cannot be brought"),
        (".pdf", PDF, "a kind of file that cannot be brought"),
        ("page.png", HTML, "is not what its name says"),
        ("picture.png", SVG, "is not what its name says"),
        ("page.pdf", HTML + PDF, "is not what its name says"),
        ("picture.jpg", PNG, "is not what its name says"),
        ("film.mp4", HTML, "is not what its name says"),
        ("letter.docx", office("xlsx"), "is not what its name says"),
        ("letter.docx", b"PK\x03\x04 and no more", "is not what its name says"),
        ("letter.docx", office("docx")[:-30], "is not what its name says"),
        ("macro.docx", office("docx", "word/vbaProject.bin"), "holds macros"),
    ],
)
def test_what_is_something_else_is_refused_with_a_sentence_and_leaves_nothing(
    world: World, folder, name: str, content: bytes, sentence: str
) -> None:
    answer = world.add(file=[file("good.pdf"), file(name, content)], text="My words")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "No file was kept. Choose them again." in page
    assert "My words" in page
    assert not Material.objects.exists()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.pdf", "boot.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("\u2067قضية.pdf", "قضية.pdf"),
        ("📊 Plan.pdf", "📊 Plan.pdf"),
        ("  .  .pdf", "file.pdf"),
        ("a.pdf.", "a.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("ü" * 300 + ".pdf", "ü" * 251 + ".pdf"),
        ("<script>.pdf", "<script>.pdf"),
    ],
)
def test_names_are_tidied_and_never_lead_anywhere(
    world: World, folder, sent: str, kept: str
) -> None:
    answer = world.add(file=file(sent))
    if kept == "a.pdf":
        # An ending that is none is none.
        assert answer.status_code == 422
        return
    material = Material.objects.get()
    assert material.file_name == kept
    assert [one.parent for one in folder.iterdir()] == [folder]
    assert "<script>." not in world.reads(world.amara)
    answer = world.browser(world.amara).get(
        f"/cohorts/{world.cohort.pk}/materials/{material.pk}/file/"
    )
    assert "\n" not in answer["Content-Disposition"]
    assert answer["Content-Disposition"].startswith("attachment")


@hypothesis_settings(max_examples=30)
@given(st.text(max_size=300), st.binary(max_size=60), st.sampled_from(sorted(uploads.KINDS)))
def test_whatever_is_sent_is_accepted_or_refused_in_words(
    name: str, content: bytes, ending: str
) -> None:
    brought = SimpleUploadedFile(f"{name}.{ending}", content)
    told = uploads.name_of(brought)
    assert told.strip()
    assert len(told) <= 255
    assert not set("/\\\r\n\0") & set(told)
    with suppress(ValidationError):
        uploads.check(brought)
        assert uploads.media_type(told)


def test_a_name_is_one_line() -> None:
    assert uploads.name_of(file("a\r\nSet-Cookie: x.pdf")) == "a Set-Cookie: x.pdf"


def test_what_is_too_large_is_said_with_the_limit(world: World, settings: Any) -> None:
    settings.UPLOAD_MEGABYTES = 1
    assert world.material(file=file("a.pdf", PDF.ljust(1_000_000))).size == 1_000_000
    answer = world.add(file=file("b.pdf", PDF.ljust(1_000_001)))
    assert answer.status_code == 422
    assert "is larger than 1 MB." in answer.content.decode()
    assert "up to 1 MB each" in answer.content.decode()
    # Large enough not to be held in memory.
    answer = world.add(file=file("c.pdf", PDF.ljust(4_000_000)))
    assert "is larger than 1 MB." in answer.content.decode()
    assert Material.objects.count() == 1


def test_no_more_of_a_huge_file_is_kept_than_may_come_in(settings: Any) -> None:
    settings.UPLOAD_MEGABYTES = 1
    handler = LimitedUploadHandler()
    handler.new_file("files", "huge.pdf", "application/pdf", None)
    piece = b"x" * 64_000
    for n in range(100):
        handler.receive_data_chunk(piece, n * len(piece))
    brought = handler.file_complete(6_400_000)
    assert brought is not None
    assert brought.size == 6_400_000
    assert len(brought.read()) < 1_100_000
    brought.close()


def test_too_many_files_at_once_are_refused(world: World) -> None:
    answer = world.add(file=[file(f"{n}.pdf") for n in range(21)])
    assert answer.status_code == 422
    assert "20 files at once are the most." in answer.content.decode()
