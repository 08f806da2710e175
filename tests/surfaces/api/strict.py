"""What a strict linter asks of an OpenAPI document, beyond that it is one: the rules of Redocly's `recommended-strict` that can
be broken here, in Python, so that no Node.js is needed to run them. (`npx @redocly/cli lint --extends=recommended-strict`
on /api/v1/openapi.json says the same.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SAFE = re.compile(r"^[A-Za-z0-9\-._~:?#\[\]@!$&'()*+,;=]+$")


def problems(document: dict[str, Any]) -> list[str]:
    """Broken rules, each `rule: where`; none where it is in order."""
    return sorted({*_head(document), *_operations(document), *_paths(document), *_components(document)})


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def _head(document: dict[str, Any]) -> Iterator[str]:
    servers = document.get("servers") or []
    if not servers:
        yield "no-empty-servers: /"
    for server in servers:
        if server["url"] != "/" and server["url"].endswith("/"):
            yield f"no-server-trailing-slash: {server['url']}"
        if re.search(r"example\.(com|org)|localhost", server["url"]):
            yield f"no-server-example.com: {server['url']}"
    licence = document["info"].get("license")
    if licence is None:
        yield "info-license: /info"
    elif not ("url" in licence or "identifier" in licence):
        yield "info-license-strict: /info/license"
    tags = Counter(tag["name"] for tag in document.get("tags", ()))
    yield from (f"no-duplicated-tag-names: {name}" for name, count in tags.items() if count > 1)
    yield from (f"tag-description: {tag['name']}" for tag in document.get("tags", ()) if not tag.get("description"))


def _operations(document: dict[str, Any]) -> Iterator[str]:
    names = Counter(operation.get("operationId") for _, _, operation in operations(document))
    schemes = document["components"].get("securitySchemes", {})
    for method, path, operation in operations(document):
        where, name = f"{method} {path}", operation.get("operationId")
        if not name:
            yield f"operation-operationId: {where}"
        elif names[name] > 1:
            yield f"operation-operationId-unique: {name}"
        elif not SAFE.match(name):
            yield f"operation-operationId-url-safe: {name}"
        if not operation.get("summary"):
            yield f"operation-summary: {where}"
        for family in "24":
            if not any(status.startswith(family) for status in operation["responses"]):
                yield f"operation-{family}xx-response: {where}"
        asked = operation.get("security", document.get("security"))
        if not asked or any(scheme not in schemes for each in asked for scheme in each):
            yield f"security-defined: {where}"
        said = Counter((each["in"], each["name"]) for each in operation.get("parameters", ()))
        yield from (f"operation-parameters-unique: {where} {each}" for each, count in said.items() if count > 1)
        if {name for place, name in said if place == "path"} != set(re.findall(r"{([^}]*)}", path)):
            yield f"path-parameters-defined: {where}"


def _paths(document: dict[str, Any]) -> Iterator[str]:
    shapes = Counter(re.sub(r"{[^}]*}", "{}", path) for path in document["paths"])
    yield from (f"no-identical-paths: {shape}" for shape, count in shapes.items() if count > 1)
    for path in document["paths"]:
        if path != "/" and path.endswith("/"):
            yield f"no-path-trailing-slash: {path}"
        if "?" in path:
            yield f"path-not-include-query: {path}"
        if "{}" in path:
            yield f"path-declaration-must-exist: {path}"
        for other in document["paths"]:
            if path < other and _may_mean_the_same(path.split("/"), other.split("/")):
                yield f"no-ambiguous-paths: {path} {other}"


def _may_mean_the_same(one: list[str], other: list[str]) -> bool:
    """Whether one address could be meant by both, and neither names more of it than the other."""
    if len(one) != len(other):
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    open_in = [(a.startswith("{"), b.startswith("{")) for a, b in pairs]
    return all(any(each) for each in open_in) and (True, False) in open_in and (False, True) in open_in


def _components(document: dict[str, Any]) -> Iterator[str]:
    schemas = document["components"].get("schemas", {})
    known = {f"#/components/schemas/{name}" for name in schemas}
    reached: set[str] = set()
    found = {ref for _, ref in _references(document["paths"], "/paths")}
    while found:
        reached |= found
        found = {
            ref for each in found & known for _, ref in _references(schemas[each.rsplit("/", 1)[1]], each)
        } - reached
    yield from (f"no-unused-components: {ref}" for ref in known - reached)
    yield from (f"no-unresolved-refs: {where} {ref}" for where, ref in _references(document, "") if ref not in known)
    for where, schema in _schemas(document, ""):
        properties = schema.get("properties", {})
        if schema.get("type") == "object" and "properties" in schema:
            missing = set(schema.get("required", ())) - set(properties)
            yield from (f"no-required-schema-properties-undefined: {where}/{name}" for name in missing)
        for value in schema.get("enum", ()):
            if not _fits(value, schema.get("type")):
                yield f"no-enum-type-mismatch: {where} {value!r}"


def _references(part: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield where, part["$ref"]
        for name, each in part.items():
            yield from _references(each, f"{where}/{name}")
    elif isinstance(part, list):
        for i, each in enumerate(part):
            yield from _references(each, f"{where}/{i}")


def _schemas(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever may be a schema: an object that says its type."""
    if isinstance(part, dict):
        if isinstance(part.get("type"), str):
            yield where, part
        for name, each in part.items():
            yield from _schemas(each, f"{where}/{name}")
    elif isinstance(part, list):
        for i, each in enumerate(part):
            yield from _schemas(each, f"{where}/{i}")


_TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}


def _fits(value: Any, said: Any) -> bool:
    return said not in _TYPES or (isinstance(value, _TYPES[said]) and (said == "boolean") == isinstance(value, bool))
