"""The API described for readers: one page from the OpenAPI document, without scripts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from banshi.foundation.doors import door
from banshi.kernel.refusals import SLUGS


@door(audience="public")
def page(request: HttpRequest) -> HttpResponse:
    """Every endpoint with its scopes, parameters, body and answers; and every refusal."""
    from banshi.surfaces.api.api import api

    return render(
        request, "api/docs.html", {"groups": _groups(), "slugs": sorted(SLUGS.items()), "version": api.version}
    )


@lru_cache(maxsize=1)
def _groups() -> list[dict[str, Any]]:
    """Operations by tag, in the order of the document."""
    from banshi.surfaces.api.api import api

    document = api.get_openapi_schema(path_prefix="/api/v1/")
    groups: dict[str, list[dict[str, Any]]] = {}
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, schemas))
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = []
    for status, response in operation["responses"].items():
        if int(status) < 400:
            schema = response.get("content", {}).get("application/json", {}).get("schema")
            answers.append({"status": status, "fields": _fields(schema, schemas) if schema else []})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", "").partition("Scopes:")[0].strip(),
        "scopes": operation["security"][0].get("Key", ()),
        "parameters": [
            {
                "name": p["name"],
                "in": p["in"],
                "required": p.get("required", False),
                "type": _type(p["schema"], schemas),
                "description": p.get("description", ""),
            }
            for p in operation["parameters"]
            if p["in"] != "header"
        ],
        "body": _fields(body, schemas) if body else [],
        "answers": answers,
        "repeatable": any(p["name"] == "Idempotency-Key" for p in operation["parameters"]),
    }


def _fields(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0, prefix: str = "") -> list[dict[str, Any]]:
    """Fields of an object, nested ones with dotted names, at most three levels deep."""
    schema = _resolved(schema, schemas)
    rows = []
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        full = f"{prefix}{name}"
        rows.append(
            {
                "name": full,
                "type": _type(field, schemas),
                "required": name in required,
                "description": field.get("description", ""),
            }
        )
        inner, many = _inner(field, schemas)
        if inner is not None and depth < 2:
            rows += _fields(inner, schemas, depth + 1, f"{full}[]." if many else f"{full}.")
    return rows


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _inner(field: dict[str, Any], schemas: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """The object inside a field, and whether it is a list of them."""
    for option in (field, *field.get("anyOf", ())):
        if option.get("type") == "array":
            inner, _ = _inner(option.get("items", {}), schemas)
            return inner, True
        resolved = _resolved(option, schemas)
        if "properties" in resolved:
            return resolved, False
    return None, False


def _type(field: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " | ".join(_type(option, schemas) for option in field["anyOf"])
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    if "const" in field:
        return str(field["const"])
    if field.get("type") == "array":
        return f"{_type(field.get('items', {}), schemas)}[]"
    if "$ref" in field:
        return "object"
    return str(field.get("format") or field.get("type") or "any")
