"""Uploading and reading files over HTTP, for any service that keeps some.

    api = Api.of(orders.api, file_operations({"order": Purpose("orders:place", "orders:read")}))

The service's own context has `files: Files`; what names a file `claim`s it for its purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import SiteCode
from shared.errors import invalid
from shared.storage.aggregates import Receipt
from shared.storage.files import Files, StoredFile
from shared.storage.media import EXTENSIONS
from shared.web.api import Api, Call, File


class WithFiles(Protocol):
    """A service's own context."""

    files: Files


@dataclass(frozen=True)
class Purpose:
    """Which scopes a client needs for the files of one purpose, and whether the site too."""

    upload: str
    read: str
    read_anywhere: bool = False  # also by clients of other sites


class UploadQuery(BaseModel):
    """What is said of a file beside its bytes."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode
    purpose: Annotated[str, Field(pattern="^[a-z-]{2,40}$", description="What it is for")]


def file_operations(purposes: Mapping[str, Purpose]) -> Api[Any]:
    """`POST /v1/files`, `GET /v1/files/{id}` and `GET /v1/files/{id}/facts`."""
    api: Api[WithFiles] = Api()
    uploading = tuple(sorted({each.upload for each in purposes.values()}))
    reading = tuple(sorted({each.read for each in purposes.values()}))

    @api.command("/v1/files", scope="", also=uploading, made="id")
    def upload_file(call: Call[WithFiles], query: UploadQuery, data: bytes) -> Receipt:
        """Keep a picture, PDF, DOCX or XLSX of at most 8 MiB; the scope is that of its purpose."""
        if query.purpose not in purposes:
            known = ", ".join(purposes)
            raise invalid("purpose", f"should be one of: {known}", f"应为其中之一:{known}")
        call.client.require_scope(purposes[query.purpose].upload)
        call.client.require_site(query.site)
        id = call.new_id("fil")
        return call.app.files.keep(id, call.origin, query.site, query.purpose, data)

    @api.query("/v1/files/{id}", also=reading, media=tuple(EXTENSIONS))
    def read_file(call: Call[WithFiles], id: str) -> File:
        """The bytes of a file; the scope is that of its purpose."""
        _allowed(call, id)
        file, data = call.app.files.read(id)
        return File(data, str(file.media), f"{id}.{EXTENSIONS[file.media]}")

    @api.query("/v1/files/{id}/facts", also=reading)
    def read_file_facts(call: Call[WithFiles], id: str) -> StoredFile:
        """What a file is; the scope is that of its purpose."""
        return _allowed(call, id)

    def _allowed(call: Call[WithFiles], id: str) -> StoredFile:
        file = call.app.files.facts(id)
        purpose = purposes[file.purpose]
        call.client.require_scope(purpose.read)
        if not purpose.read_anywhere:
            call.client.require_site(file.site)
        return file

    return api
