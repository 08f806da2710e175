"""A handling's form as JSON Schema 2020-12, so that another program can show it and check it before it is sent.

The schema is of `{answers, form}`, as a case is opened and changed with. It refuses nothing that `guided.form_faults` accepts,
once every question is answered and the form is in its plain spelling: what is not filled in left out, texts without spaces at
their ends. The other way about it is laxer: whether a number of a document can be, or what
`x-checks` name is so, only the server says.

What a field takes stands in `then`, where its condition (`show_if`) is the `if`: a field that is not shown is not looked at.
Conditions have three values, so `_holds` and `_fails` each say of a tree when it surely holds, or surely fails; where a schema
cannot say it – days in order, two facts compared –, it says `false`, and `x-show-if` has the whole tree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from banshi.kernel import conditions
from banshi.rooms.catalogue.rules.handling import NUMERIC, Field, Handling, Option, Question

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any] | bool
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_DAY = r"^(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_TRIMMED = r"^\S([\s\S]*\S)?$"
_YES, _NO = [True, "yes"], [False, "no"]
_AS_SENT = frozenset({"text", "address", "choice", "date"})  # kept as they are sent: others have several spellings
_BOUNDS = {
    "ge": ("minimum", "exclusiveMaximum"),
    "gt": ("exclusiveMinimum", "maximum"),
    "le": ("maximum", "exclusiveMinimum"),
    "lt": ("exclusiveMaximum", "minimum"),
}


def form_schema(handling: Handling, *, item: str, version: int, title: str, title_en: str) -> dict[str, Any]:
    """:param item: its code; `$id` names it and the version that the schema is of."""
    when = _Conditions(handling)
    rest = [when.asked(each) for each in handling.questions if each.asked_if]
    rest += [when.shown(each) for each in handling.fields if each.show_if]
    return {
        "$schema": DIALECT,
        "$id": f"urn:banshi:form:{item}:{version}",
        "title": title,
        "x-label-en": title_en,
        "type": "object",
        "required": ["answers", "form"],
        "properties": {"answers": _answers(handling), "form": _form(handling)},
        **({"allOf": rest} if rest else {}),
        "$defs": when.definitions(),
    }


# --- Questions and fields -----------------------------------------------------------------------------------------


def _answers(handling: Handling) -> dict[str, Any]:
    """An answer to a question that is not asked is left out by the server, and has to be one of its options all the same."""
    return {
        "type": "object",
        "properties": {each.id: _question(each) for each in handling.questions},
        "required": [each.id for each in handling.questions if not each.asked_if],
        "additionalProperties": False,
    }


def _question(question: Question) -> dict[str, Any]:
    said = {"title": question.text_zh, "x-label-en": question.text_en, "oneOf": _options(question.options)}
    if question.help_zh:
        said |= {"description": question.help_zh, "x-description-en": question.help_en}
    return said


def _form(handling: Handling) -> dict[str, Any]:
    always = [each for each in handling.fields if not each.show_if]
    return {
        "type": "object",
        "properties": {each.code: _field(each) for each in always},
        "required": [each.code for each in always if each.required],
        "propertyNames": {"enum": [each.code for each in handling.fields]},
    }


def _options(options: tuple[Option, ...]) -> list[dict[str, Any]]:
    return [{"const": each.id, "title": each.text_zh, "x-label-en": each.text_en} for each in options]


def _field(field: Field) -> dict[str, Any]:
    said = {
        "title": field.label_zh,
        "x-label-en": field.label_en,
        **_value(field),
        "x-type": field.type,
        "x-group": field.group_zh,
        "x-group-en": field.group_en,
    }
    said |= {"x-element": field.element} if field.element else {}
    return said | ({"x-checks": list(field.checks)} if field.checks else {})


def _value(field: Field) -> dict[str, Any]:
    if field.type == "yes_no":
        return {"type": ["boolean", "string"], "enum": [*_YES, *_NO]}
    if field.type == "choice":
        return {"type": "string", "oneOf": _options(field.options)}
    if field.type in NUMERIC:
        bounds = {"minimum": field.least, "maximum": field.most}
        return {
            "type": ["number", "string"],
            "pattern": _NUMBER,
            **{name: _plain(bound) for name, bound in bounds.items() if bound is not None},
        }
    text: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": field.longest}
    if field.type == "date":
        text |= {"format": "date", "pattern": _DAY}
    return text


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


# --- Conditions ---------------------------------------------------------------------------------------------------


class _Conditions:
    """The conditions of one handling. Every question that is asked has its answer: schema and server require it alike."""

    def __init__(self, handling: Handling) -> None:
        self.questions = {each.id: each for each in handling.questions}
        self.fields = {each.code: each for each in handling.fields}

    def definitions(self) -> dict[str, Schema]:
        """When a question is asked, and a field shown, that others hang on."""
        asked = {f"asked-{each.id}": self._said(each.asked_if) for each in self.questions.values() if each.asked_if}
        shown = {f"shown-{each.code}": self._said(each.show_if) for each in self.fields.values() if each.show_if}
        return asked | shown

    def _said(self, tree: Any) -> Schema:
        return False if conditions.faults(tree) else self._holds(tree)

    def asked(self, question: Question) -> dict[str, Any]:
        return {
            "if": {"$ref": f"#/$defs/asked-{question.id}"},
            "then": {"properties": {"answers": {"required": [question.id]}}},
        }

    def shown(self, field: Field) -> dict[str, Any]:
        own: dict[str, Any] = {"properties": {field.code: _field(field)}}
        if field.required:
            own["required"] = [field.code]
        return {
            "x-field": field.code,
            "x-show-if": field.show_if,
            "if": {"$ref": f"#/$defs/shown-{field.code}"},
            "then": {"properties": {"form": own}},
        }

    def _holds(self, node: Any) -> Schema:
        """Valid only where the tree is true."""
        if not node:
            return True
        [(how, about)] = node.items()
        if how == "not":
            return self._fails(about)
        if how in ("all", "any"):
            return _joined(how, [self._holds(each) for each in about])
        if how == "known":
            return self._there(about, True)
        return self._compared(how, about[0], about[1], True)

    def _fails(self, node: Any) -> Schema:
        """Valid only where the tree is false – not where nobody can tell."""
        if not node:
            return False
        [(how, about)] = node.items()
        if how == "not":
            return self._holds(about)
        if how in ("all", "any"):
            return _joined("any" if how == "all" else "all", [self._fails(each) for each in about])
        if how == "known":
            return self._missing(about)
        return self._compared(how, about[0], about[1], False)

    def _there(self, fact: str, value: Schema) -> Schema:
        """It is known, and its value is one of these."""
        if value is False:
            return False
        if fact in self.questions:
            part, when = "answers", self.questions[fact].asked_if and f"asked-{fact}"
        elif fact in self.fields:
            part, when = "form", self.fields[fact].show_if and f"shown-{fact}"
            if value is True:
                value = {"type": ["string", "number", "boolean"], "not": {"type": "string", "pattern": r"^\s*$"}}
        else:
            return False
        there: Schema = {
            "required": [part],
            "properties": {part: {"type": "object", "required": [fact], "properties": {fact: value}}},
        }
        return _joined("all", [{"$ref": f"#/$defs/{when}"}, there]) if when else there

    def _missing(self, fact: str) -> Schema:
        if fact in self.questions:
            sometimes = self.questions[fact].asked_if
            return {"not": {"$ref": f"#/$defs/asked-{fact}"}} if sometimes and self._exact(fact) else False
        absent: Schema = {"properties": {"form": {"not": {"required": [fact]}}}}
        return absent if fact in self.fields else False

    def _exact(self, question: str) -> bool:
        """Whether the schema says exactly when it is asked: it hangs on answers that are compared with options alone."""
        tree = self.questions[question].asked_if
        others = conditions.names(tree)
        if conditions.faults(tree) or not others <= self.questions.keys() - {question}:
            return False
        return not _operators(tree) & {*_BOUNDS, "fact"} and all(map(self._exact, others))

    def _compared(self, how: str, fact: str, wanted: Any, positive: bool) -> Schema:
        if isinstance(wanted, dict):
            return False
        if how == "ne":
            how, positive = "eq", not positive
        if how in ("eq", "in"):
            return self._there(fact, self._one_of(fact, wanted if how == "in" else [wanted], positive))
        field = self.fields.get(fact)
        if field is None or field.type not in NUMERIC or not _whole(wanted):
            return False
        return self._there(fact, {"type": "number", _BOUNDS[how][0 if positive else 1]: int(wanted)})

    def _one_of(self, fact: str, wanted: list[Any], positive: bool) -> Schema:
        """The values of a fact that are one of these, or surely none of them."""
        field = self.fields.get(fact)
        if field is None or field.type in _AS_SENT:
            texts = [each for each in wanted if isinstance(each, str) and each == each.strip()]
            if positive:
                return {"enum": texts} if texts else False
            spelt = _DAY if field is not None and field.type == "date" else _TRIMMED
            return {"type": "string", "pattern": spelt, "not": {"enum": texts}}
        if field.type == "yes_no":
            answers = {True: _YES, False: _NO}
            found = [each for value, said in answers.items() if (value in _flags(wanted)) is positive for each in said]
            return {"enum": found} if found else False
        if field.type in NUMERIC:
            numbers = [each for each in wanted if not isinstance(each, (str, bool))]
            if not all(map(_whole, numbers)):
                return False
            said = {"enum": [int(each) for each in numbers]}
            if positive:
                return said if numbers else False
            return {"type": "number", "not": said}
        return False


def _flags(values: list[Any]) -> list[bool]:
    return [each for each in values if isinstance(each, bool)]


def _whole(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0


def _joined(how: str, parts: list[Schema]) -> Schema:
    """`all` or `any` of them, without what decides nothing."""
    decides = how == "any"
    if any(each is decides for each in parts):
        return decides
    left = [each for each in parts if not isinstance(each, bool)]
    if not left:
        return not decides
    return left[0] if len(left) == 1 else {f"{how}Of": left}


def _operators(tree: Any) -> frozenset[str]:
    """Every operator in a tree of conditions."""
    if isinstance(tree, list):
        return frozenset().union(*map(_operators, tree))
    if not isinstance(tree, dict):
        return frozenset()
    return frozenset(tree).union(*map(_operators, tree.values()))
