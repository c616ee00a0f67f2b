"""Taking in what people upload without letting one of them fill the disk."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Keeps no more of a file than may be uploaded, and tells its whole size.

    So the form can say kindly that it is too large, with all the rest that was typed.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= settings.UPLOAD_MEGABYTES * 1_000_000:
            super().receive_data_chunk(raw_data, start)
