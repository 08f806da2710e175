"""Version 1 put together: routers, errors as problems, and the OpenAPI document."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import orjson
import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic_core import from_json

from banshi.foundation.problem import MEDIA_TYPE
from banshi.foundation.trouble import slug_of
from banshi.kernel.refusals import Refusal, Refused
from banshi.surfaces.api import (
    agents,
    appointments,
    bundles,
    cabinets,
    case_consults,
    case_fees,
    case_files,
    case_steps,
    case_uploads,
    cases,
    check_ins,
    closures,
    demo,
    device_orders,
    enquiries,
    fleet,
    forms,
    guardians,
    guide,
    halls,
    hotline,
    item_changes,
    item_files,
    items,
    kiosk_sessions,
    library,
    library_imports,
    live,
    members,
    notices,
    operations,
    parcels,
    ratings,
    remote,
    stats,
    tickets,
    verify,
    webhook_schemas,
    webhooks,
    when,
    windows,
    zones,
)
from banshi.surfaces.api.answers import http_problem, invalid, invalid_fields, refused, response_of
from banshi.surfaces.api.keys import SCOPES_OF
from banshi.surfaces.api.operations import HttpFault, language

log = structlog.get_logger("banshi.api")
WRITES = ("post", "put", "patch", "delete")
REPEATABLE = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "The same key with the same request gives the first answer again, for 24 hours.",
}
ASKED_IN = {
    "in": "header",
    "name": "Accept-Language",
    "required": False,
    "schema": {"type": "string", "enum": ["zh-CN", "en"]},
    "description": "Language of titles and details of problems; zh-CN where nothing is said.",
}


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """JSON as written: valid UTF-8, no NaN, nothing after it."""
        return from_json(request.body, allow_inf_nan=False)


class FastRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        return orjson.dumps(data)


class Api(NinjaAPI):
    _documents: ClassVar[dict[str, OpenAPISchema]] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document, made once: it costs a good part of a second, and anybody may ask for it."""
        prefix = path_prefix if path_prefix is not None else self.get_root_path(path_params or {})
        if prefix not in self._documents:
            self._documents[prefix] = self._document(prefix)
        return self._documents[prefix]

    def _document(self, path_prefix: str) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix)
        for operations_at in document["paths"].values():
            for method, operation in operations_at.items():
                _complete(method, operation)
        _drop_unused(document)
        document["webhooks"] = webhook_schemas.described()
        return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    """What ninja does not say by itself: scopes, problems' media type, headers."""
    scopes = sorted(SCOPES_OF[operation["operationId"]])
    operation["security"] = [{"Key": scopes} if scopes else {}]
    said = ", ".join(scopes) or "no key needed"
    operation["description"] = f"{operation.get('description', '')}\n\nScopes: {said}.".strip()
    operation["parameters"].append(ASKED_IN)
    if method in WRITES:
        operation["parameters"].append(REPEATABLE)
    for kind in operations.GIVES_FILES.get(operation["operationId"], ()):
        content = operation["responses"][200]["content"]
        content.pop("application/json", None)
        content[kind] = {"schema": {"type": "string", "format": "binary"}}
    for status, response in operation["responses"].items():
        if int(status) >= 400 and "content" in response:
            response["content"] = {MEDIA_TYPE: next(iter(response["content"].values()))}


def _drop_unused(document: dict[str, Any]) -> None:
    """Leave the schemas that something refers to: ninja also lists those whose fields it made parameters of."""
    schemas = document["components"]["schemas"]
    used: set[str] = set()
    found = set(_REFERENCE.findall(str(document["paths"])))
    while found:
        used |= found
        found = {name for each in found for name in _REFERENCE.findall(str(schemas[each]))} - used
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in used}


_REFERENCE = re.compile(r"'#/components/schemas/([^']+)'")

api = Api(
    title="Banshi",
    version="1",
    description=(
        "Halls, appointments, tickets, windows, ratings, cases. Times are RFC 3339 in the hall's zone, days YYYY-MM-DD. "
        "Unknown fields are refused. Errors are application/problem+json; `type` is a stable slug."
    ),
    servers=[{"url": "/", "description": "The installation that serves this document"}],
    openapi_extra={"info": {"license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"}}},
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
    parser=StrictParser(),
    renderer=FastRenderer(),
)
for part in (
    halls,
    closures,
    item_files,  # before items: `import` is no item
    item_changes,
    items,
    guide,
    when,
    appointments,
    agents,
    guardians,
    members,
    check_ins,
    tickets,
    windows,
    ratings,
    enquiries,
    hotline,
    remote,
    forms,
    cases,
    bundles,
    case_files,
    case_uploads,
    case_fees,
    case_steps,
    case_consults,
    verify,
    cabinets,
    fleet,
    zones,
    device_orders,
    kiosk_sessions,
    parcels,
    library,
    library_imports,
    live,
    stats,
    notices,
    webhooks,
    demo,
):
    api.add_router("", part.router)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, no: Refused) -> HttpResponse:
    return response_of(refused(no.refusal, language(request)))


@api.exception_handler(HttpFault)
def _http_fault(request: HttpRequest, fault: HttpFault) -> HttpResponse:
    return response_of(http_problem(fault.slug, language(request)))


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return response_of(refused(Refusal("unauthenticated"), language(request)))


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    if any(wrong["loc"][0] == "path" for wrong in error.errors):
        return response_of(refused(Refusal("nothing-found"), language(request)))
    # ("body", "body", "person", …) and ("query", "asked", "from"): the last parts are what the caller wrote.
    strip = 2 if all(len(wrong["loc"]) > 2 for wrong in error.errors) else 1
    return response_of(refused(invalid_fields(error.errors, strip=strip).refusal, language(request)))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    no = invalid("请求内容不是有效的 JSON", "The body is not valid JSON")
    return response_of(refused(no.refusal, language(request)))


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return response_of(refused(Refusal("nothing-found"), language(request)))


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return response_of(http_problem("too-large", language(request)))


@api.exception_handler(SuspiciousOperation)
def _suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return response_of(http_problem("bad-request", language(request)))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    slug = slug_of(error)
    if slug == "bad-request":
        no = invalid("请求里有数据库存不下的内容", "Something in the request cannot be stored")
        return response_of(refused(no.refusal, language(request)))
    log.error("the API broke", exc_info=slug != "unavailable", slug=slug)
    return response_of(http_problem(slug, language(request)))


def _learn_signatures() -> None:
    """Which query fields each operation knows, and which take no body."""
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                name = operation.operation_id or ""
                sources = {model.__ninja_param_source__: model for model in operation.models}
                fields = getattr(sources.get("query"), "__ninja_flatten_map__", {})
                operations.QUERY_FIELDS[name] = frozenset(fields)
                if "body" not in sources and name not in operations.TAKES_FILES | operations.FILE_IS_BODY:
                    operations.WITHOUT_BODY.add(name)


_learn_signatures()
