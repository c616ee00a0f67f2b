"""Which files may be brought, told by their name and by what is in them.

Nothing here opens a document: it looks at the first bytes and at the list of a ZIP's parts.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cohorts.fields import apart, tidy
from materials.models import LONGEST_NAME

HEAD = 1024
MEGABYTE = 1_000_000
OFFICE = "application/vnd.openxmlformats-officedocument"


def _begins(*signs: bytes) -> Callable[[BinaryIO], bool]:
    def looks_right(file: BinaryIO) -> bool:
        return file.read(HEAD).startswith(signs)

    return looks_right


def _is_film(file: BinaryIO) -> bool:
    return file.read(12)[4:8] == b"ftyp"


def _is_pdf(file: BinaryIO) -> bool:
    return file.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-")


def _office(part: str) -> Callable[[BinaryIO], bool]:
    """A document of Office that holds `part`, and no macros."""

    def looks_right(file: BinaryIO) -> bool:
        try:
            with zipfile.ZipFile(file) as container:
                names = container.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return False
        macros = any("vbaproject" in name.lower() for name in names)
        return "[Content_Types].xml" in names and part in names and not macros

    return looks_right


# By the ending of the name: what it is served as, and whether the content is that.
KINDS: dict[str, tuple[str, Callable[[BinaryIO], bool]]] = {
    "pdf": ("application/pdf", _is_pdf),
    "docx": (f"{OFFICE}.wordprocessingml.document", _office("word/document.xml")),
    "xlsx": (f"{OFFICE}.spreadsheetml.sheet", _office("xl/workbook.xml")),
    "pptx": (f"{OFFICE}.presentationml.presentation", _office("ppt/presentation.xml")),
    "png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    "mp4": ("video/mp4", _is_film),
}


def ending_of(name: str) -> str:
    """The ending of a file's name in small letters, without its dot."""
    return PurePath(name).suffix.removeprefix(".").lower()


def media_type(name: str) -> str:
    """What a file of that name is served as."""
    return KINDS[ending_of(name)][0]


def check(file: UploadedFile) -> None:
    """Raises ValidationError with a sentence for a file that may not be brought."""
    name = name_of(file)
    words = {"name": apart(name), "most": settings.UPLOAD_MEGABYTES}
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty.") % words)
    if file.size > settings.UPLOAD_MEGABYTES * MEGABYTE:
        sentence = _(
            "“%(name)s” is larger than %(most)s MB. Make it smaller, or give a link to it."
        )
        raise ValidationError(sentence % words)
    kind = KINDS.get(ending_of(name))
    if kind is None:
        sentence = _(
            "“%(name)s” is a kind of file that cannot be brought. PDF, Word, Excel, PowerPoint "
            "(.docx, .xlsx, .pptx), PNG, JPEG and MP4 can."
        )
        raise ValidationError(sentence % words)
    file.seek(0)
    looks_right = kind[1](file)  # type: ignore[arg-type]
    file.seek(0)
    if not looks_right:
        sentence = _(
            "“%(name)s” is not what its name says, is damaged, or holds macros. Open it, save it "
            "anew under the same kind, and try again."
        )
        raise ValidationError(sentence % words)


def name_of(file: UploadedFile) -> str:
    """What people call the file: one line that can be seen, with its ending."""
    plain = tidy(file.name or "").replace("/", " ").replace("\\", " ")
    ending = ending_of(plain)
    if not ending:
        return plain[:LONGEST_NAME] or _("file")
    stem = plain[: -len(ending) - 1].strip(" .") or _("file")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def title_of(file: UploadedFile) -> str:
    """The title of a file that was given none: its name without the ending."""
    return PurePath(name_of(file)).stem.replace("_", " ")
