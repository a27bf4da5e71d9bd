"""Swagger 2.0 as the OpenAPI 3.0 it stands for."""

from __future__ import annotations

from typing import Any, cast

Tree = dict[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_REFERENCES = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
_SCHEMA_KEYS = frozenset(
    """
    type format items default enum minimum maximum exclusiveMinimum exclusiveMaximum minLength
    maxLength minItems maxItems uniqueItems multipleOf pattern
    """.split()  # noqa: SIM905
)
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def converted(old: Tree) -> Tree:
    """A new tree; what 3.0 cannot say is left out."""
    produces, consumes = _texts(old, "produces"), _texts(old, "consumes")
    shared = {
        name: _moved(each)
        for name, each in _object(old, "parameters").items()
        if isinstance(each, dict)
    }
    bodies = {
        f"#/components/parameters/{name}": each
        for name, each in shared.items()
        if each.get("in") in ("body", "formData")
    }
    paths = {
        path: _path(_moved(under), produces, consumes, bodies)
        for path, under in _object(old, "paths").items()
        if isinstance(under, dict)
    }
    components = {
        "schemas": {name: _moved(each) for name, each in _object(old, "definitions").items()},
        "parameters": {
            name: _parameter(each)
            for name, each in shared.items()
            if each.get("in") not in ("body", "formData")
        },
        "responses": {
            name: _response(_moved(each), produces)
            for name, each in _object(old, "responses").items()
        },
        "securitySchemes": {
            name: _scheme(each) for name, each in _object(old, "securityDefinitions").items()
        },
    }
    kept = {name: old[name] for name in ("info", "security", "tags") if name in old}
    return {
        **kept,
        "openapi": "3.0.3",
        "servers": _servers(old),
        "paths": paths,
        "components": components,
    }


def _servers(old: Tree) -> list[Tree]:
    base = str(old.get("basePath") or "")
    host = old.get("host")
    if not host:
        return [{"url": base or "/"}]
    schemes = _texts(old, "schemes") or ["https"]
    scheme = "https" if "https" in schemes else schemes[0]
    return [{"url": f"{scheme}://{host}{base}"}]


def _path(under: Tree, produces: list[str], consumes: list[str], bodies: Tree) -> Tree:
    shared = _list(under, "parameters")
    made: Tree = {}
    for method in _METHODS:
        operation = _object(under, method)
        if operation:
            made[method] = _operation(operation, shared, produces, consumes, bodies)
    return made


def _operation(
    operation: Tree, shared: list[Any], produces: list[str], consumes: list[str], bodies: Tree
) -> Tree:
    given = [bodies.get(each.get("$ref", ""), each) for each in _list(operation, "parameters")]
    above = [bodies.get(each.get("$ref", ""), each) for each in shared]
    named = {(each.get("name"), each.get("in")) for each in given if "$ref" not in each}
    parameters = given + [each for each in above if (each.get("name"), each.get("in")) not in named]
    sent = _texts(operation, "consumes") or consumes
    answered = _texts(operation, "produces") or produces
    kept = {
        name: value
        for name, value in operation.items()
        if name not in ("parameters", "responses", "consumes", "produces", "schemes")
    }
    body = _body(parameters, sent)
    return {
        **kept,
        **({"requestBody": body} if body else {}),
        "parameters": [
            _parameter(each) for each in parameters if each.get("in") not in ("body", "formData")
        ],
        "responses": {
            status: _response(each, answered)
            for status, each in _object(operation, "responses").items()
        },
    }


def _body(parameters: list[Tree], consumes: list[str]) -> Tree | None:
    whole = next((each for each in parameters if each.get("in") == "body"), None)
    if whole is not None:
        kind = next(
            (each for each in consumes if "json" in each), consumes[0] if consumes else _JSON
        )
        return {
            "required": bool(whole.get("required")),
            "description": str(whole.get("description", "")),
            "content": {kind: {"schema": whole.get("schema", {})}},
        }
    fields = [each for each in parameters if each.get("in") == "formData"]
    if not fields:
        return None
    files = any(each.get("type") == "file" for each in fields)
    kind = _MULTIPART if files or _MULTIPART in consumes else _FORM
    schema = {
        "type": "object",
        "properties": {str(each.get("name")): _field(each) for each in fields},
        "required": [str(each.get("name")) for each in fields if each.get("required")],
    }
    return {"required": bool(schema["required"]), "content": {kind: {"schema": schema}}}


def _field(parameter: Tree) -> Tree:
    schema = _schema_of(parameter)
    if schema.get("type") == "file":
        schema |= {"type": "string", "format": "binary"}
    return {**schema, "description": str(parameter.get("description", ""))}


def _parameter(parameter: Tree) -> Tree:
    if "$ref" in parameter:
        return parameter
    kept = {
        name: value
        for name, value in parameter.items()
        if name not in _SCHEMA_KEYS and name != "collectionFormat"
    }
    made: Tree = {**kept, "schema": _schema_of(parameter)}
    if parameter.get("type") == "array" and parameter.get("in") == "query":
        made["explode"] = parameter.get("collectionFormat") == "multi"
    return made


def _schema_of(parameter: Tree) -> Tree:
    return {name: value for name, value in parameter.items() if name in _SCHEMA_KEYS}


def _response(response: Any, produces: list[str]) -> Tree:
    if not isinstance(response, dict) or "$ref" in response:
        return cast("Tree", response) if isinstance(response, dict) else {}
    told = cast("Tree", response)
    made: Tree = {"description": str(told.get("description", ""))}
    schema = _object(told, "schema")
    if schema:
        if schema.get("type") == "file":
            schema = {"type": "string", "format": "binary"}
            kinds = [each for each in produces if "json" not in each] or [
                "application/octet-stream"
            ]
        else:
            kinds = produces or [_JSON]
        made["content"] = {kind: {"schema": schema} for kind in kinds}
    return made


def _scheme(scheme: Any) -> Tree:
    if not isinstance(scheme, dict):
        return {}
    told = cast("Tree", scheme)
    if told.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if told.get("type") != "oauth2":
        return told
    flow = {
        new: told[name]
        for name, new in (
            ("authorizationUrl", "authorizationUrl"),
            ("tokenUrl", "tokenUrl"),
            ("scopes", "scopes"),
        )
        if name in told
    }
    return {"type": "oauth2", "flows": {_FLOWS.get(str(told.get("flow")), "implicit"): flow}}


def _moved(node: Any) -> Any:
    """The same with references to where things are in 3.0."""
    if isinstance(node, list):
        return [_moved(each) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    tree = cast("Tree", node)
    made = {name: _moved(each) for name, each in tree.items()}
    reference = tree.get("$ref")
    if isinstance(reference, str):
        for old, new in _REFERENCES.items():
            if reference.startswith(old):
                made["$ref"] = new + reference.removeprefix(old)
    return made


def _object(tree: Tree, name: str) -> Tree:
    found = tree.get(name)
    return cast("Tree", found) if isinstance(found, dict) else {}


def _list(tree: Tree, name: str) -> list[Tree]:
    found = tree.get(name)
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("Tree", each) for each in listed if isinstance(each, dict)]


def _texts(tree: Tree, name: str) -> list[str]:
    found = tree.get(name)
    return [str(each) for each in cast("list[Any]", found)] if isinstance(found, list) else []
