"""Documents are checked against a schema."""
import jsonschema

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object", "required": ["name"],
    "properties": {"name": {"type": "string", "pattern": "^a"}, "size": {"$ref": "#/$defs/size"}, "when": {"format": "date"}},
    "$defs": {"size": {"type": "integer", "minimum": 1}},
}
validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
for document in ({"name": "ab"}, {"name": "b", "size": 0}, {}, {"name": "a", "when": "2020-13-01"}):
    print([error.message for error in validator.iter_errors(document)])
try:
    jsonschema.validate({"name": 1}, SCHEMA)
except jsonschema.ValidationError as error:
    print(error)
