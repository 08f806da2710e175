"""English begins with a capital wherever words stand alone: labels, tags, headings, cells, buttons, options, hints.

What stands inside a sentence, or after a figure or a sign (“3 waiting”, “Open · until 17:00”), begins small.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Words of a template: a message that begins small; `{% blocktranslate … %}` too.
SMALL = re.compile(
    r"""\{%\s*translate\s+(?:"(?P<a>[a-z][^"]*)"|'(?P<b>[a-z][^']*)')[^%]*%\}|\{%\s*blocktranslate[^%]*%\}\s*(?P<c>[a-z][^{<]*)"""
)
IN_ATTRIBUTE = re.compile(
    r"""(?:placeholder|aria-label|title|alt|label)=(?:"\{%\s*translate '|_\("|_\(')([a-z][^"']*)"""
)
TAG = re.compile(r"\{%\s*(if|elif|else|endif|with|for|empty|endfor)\b[^%]*%\}")
OPENING = re.compile(r"<(?P<name>\w+)(?:[^<>]|%>)*>$")
ALONE = {
    "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "p", "li", "label", "legend", "option", "button", "summary", "caption",
    "title", "input",
}  # fmt: skip
ALONE_BY_CLASS = {
    "tag", "dot", "hint", "eyebrow", "label", "note", "row__title", "row__sub", "stat__label", "stat__note", "btn",
}  # fmt: skip
AFTER_A_FIGURE = {
    "of": "“3” of 5 windows, of 30 booked",
    "on": "“12 people” on 3 appointments",
}


def begin_of_branches(tags: list[re.Match[str]]) -> int:
    """Where the tag at the end begins; of an `else` (`elif`, `empty`): where its `if` or `for` does."""
    last, depth = tags[-1], 1
    if last[1] not in ("elif", "else", "empty"):
        return last.start()
    opens, closes = ({"for"}, "endfor") if last[1] == "empty" else ({"if"}, "endif")
    for tag in reversed(tags[:-1]):
        depth += (tag[1] == closes) - (tag[1] in opens)
        if depth == 0:
            return tag.start()
    return last.start()


def holder(template: str, at: int) -> str | None:
    """The opening tag right before a place, whatever branch it stands in; None where something is said before it."""
    before = template[max(0, at - 2000) : at].rstrip()
    while (tags := list(TAG.finditer(before))) and tags[-1].end() == len(before) and not tags[-1][1].startswith("end"):
        before = before[: begin_of_branches(tags)].rstrip()
    opening = before[before.rfind("<") :] if before.endswith(">") else ""
    if opening == "<span>" and re.search(r"<input[^<>]*>$", re.sub(r"\{%[^%]*%\}", "", before[:-6]).rstrip()):
        return "<label>"  # the words beside a box to tick
    return opening if OPENING.match(opening) else None


def stands_alone(opening: str) -> bool:
    classes = re.search(r'class="([^"]*)"', opening)
    return opening[1:].split(">")[0].split()[0] in ALONE or bool(
        ALONE_BY_CLASS & set(classes[1].split() if classes else ())
    )


def small_in(template: str) -> list[str]:
    found = list(IN_ATTRIBUTE.findall(template))
    for match in SMALL.finditer(template):
        words = " ".join((match["a"] or match["b"] or match["c"]).split())
        opening = holder(template, match.start())
        if opening and stands_alone(opening) and words not in AFTER_A_FIGURE:
            found.append(words)
    return found


def test_words_that_stand_alone_begin_with_a_capital_in_english():
    found = {}
    for path in sorted(ROOT.glob("banshi/**/templates/**/*.html")):
        if small := small_in(path.read_text(encoding="utf-8")):
            found[str(path.relative_to(ROOT))] = small

    assert found == {}


def test_what_stands_alone_is_told_from_what_goes_on():
    alone = (
        '<span class="tag">{% translate "used up" %}</span>',
        '<span class="tag">{% if x %}{% translate "used up" %}{% endif %}</span>',
        '<span class="tag">{% if x %}{% if y %}A{% endif %}{% elif z %}B{% else %}{% translate "used up" %}{% endif %}</span>',
        "<option value=\"{{ x }}\"{% if y %} selected{% endif %}>{% translate 'used up' %}</option>",
        "<td>{% blocktranslate trimmed %}used up{% endblocktranslate %}</td>",
        '<label><input type="checkbox" value="1"{% if y %} checked{% endif %}> <span>{% translate "used up" %}</span></label>',
        "<input placeholder=\"{% translate 'used up' %}\">",
    )
    goes_on = (
        '<td>{{ day }} · {% translate "used up" %}</td>',
        '<td><b>3</b> <span class="muted">{% translate "used up" %}</span></td>',
        '<td><b>3</b> {% translate "used up" %}</td>',
        '<span class="tag">{% translate "Used up" %}</span>',
    )

    assert [small_in(each) for each in alone] == [["used up"]] * 7
    assert [small_in(each) for each in goes_on] == [[]] * 4
