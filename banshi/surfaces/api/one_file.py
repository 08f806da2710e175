"""A form that brings one file, named `file`."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

from banshi.surfaces.api.answers import invalid


class InMemory(MemoryFileUploadHandler):
    """What people send never lies on a disk in clear; how large it may be was looked at before."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def form_with_file(request: HttpRequest) -> tuple[QueryDict, UploadedFile[Any]]:
    """Its fields and its file. :raises Refused: invalid."""
    request.upload_handlers = [InMemory(request)]
    try:
        fields, files = request.POST, request.FILES
    except MultiPartParserError as wrong:
        raise invalid("请求内容不是有效的表单", "The body is not a valid form") from wrong
    if [len(sent) for _, sent in files.lists()] != [1] or "file" not in files:
        raise invalid("要带一个文件，名为 file", "Send one file, named file")
    (file,) = files.getlist("file")
    return fields, file


def only_file(request: HttpRequest) -> bytes:
    """What a form with nothing but a file brings. :raises Refused: invalid."""
    fields, file = form_with_file(request)
    if fields:
        raise invalid("要带一个文件，名为 file", "Send one file, named file")
    return bytes(file.read())
