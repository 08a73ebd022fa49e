"""tests/lib/schema.py: judges a JSON document by the part of JSON Schema that our manuals use; an unknown keyword is an error.

    check_schema(schema, document)      # AssertionError: where and why
"""
import re

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "minimum"}


def check_schema(schema, value, where="$"):
    assert set(schema) <= KNOWN, f"{where}: {set(schema) - KNOWN}"
    if "type" in schema:
        kind = TYPES[schema["type"]]
        assert isinstance(value, kind) and not (kind is int and isinstance(value, bool)), f"{where}: no {schema['type']}: {value!r}"
    assert value in schema.get("enum", [value]), f"{where}: {value!r}"
    if isinstance(value, str) and "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{where}: {value!r}"
    if isinstance(value, int) and "minimum" in schema:
        assert value >= schema["minimum"], f"{where}: {value!r}"
    if isinstance(value, dict):
        check_members(schema, value, where)
    for number, item in enumerate(value if isinstance(value, list) else []):
        check_schema(schema.get("items", {}), item, f"{where}[{number}]")


def check_members(schema, value, where):
    lacks = set(schema.get("required", [])) - set(value)
    assert not lacks, f"{where}: lacks {lacks}"
    more = schema.get("additionalProperties", {})
    for name, item in value.items():
        inner = schema.get("properties", {}).get(name, more)
        assert inner is not False, f"{where}: '{name}' is not in the schema"
        check_schema(inner if isinstance(inner, dict) else {}, item, f"{where}.{name}")
