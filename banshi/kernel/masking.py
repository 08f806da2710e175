"""Hiding most of a name or number where others can see it: hall screens, lists, messages (脱敏)."""

from __future__ import annotations

_MOST_STARS = 2


def mask_name(name: str) -> str:
    """A name for a public screen: the first character, then at most two stars.

    张三 → 张*, 李小明 → 李**, 欧阳娜娜 → 欧**, 买买提·艾力 → 买**, John Smith → J**. One rule for every name: the
    person recognises it, and its length gives nothing away. A single character is hidden altogether.
    """
    text = name.strip()
    if len(text) < 2:
        return "*" * len(text)
    return text[0] + "*" * min(len(text) - 1, _MOST_STARS)


def mask_organisation(name: str) -> str:
    """A firm or body for a list: two characters at either end, four stars between.

    东莞市南城糖水铺有限公司 → 东莞****公司. A name that would show half of itself or more is masked as a person's: many
    a sole trader bears one.
    """
    text = name.strip()
    if len(text) <= 8:
        return mask_name(text)
    return f"{text[:2]}****{text[-2:]}"


def mask_id(number: str, *, first: int = 0, last: int = 4) -> str:
    """A document number with only its end shown: 441900199001011234 → **************1234.

    With `first=4` as window staff see it: 4419**********1234; of a number that would then show more than half of itself,
    as a passport's nine, the end alone. A number so short that nothing would be hidden is hidden altogether.

    :raises ValueError: when `first` or `last` is negative.
    """
    if first < 0 or last < 0:
        raise ValueError("how many characters to show cannot be negative")
    if len(number) < 2 * (first + last):
        first = 0
    if len(number) <= first + last:
        return "*" * len(number)
    return number[:first] + "*" * (len(number) - first - last) + number[len(number) - last :]


def mask_known(value: str) -> str:
    """What is known of somebody, whatever it is: with a figure in it as a number, else as a name."""
    return mask_id(value) if any(each.isdigit() for each in value) else mask_name(value)


def mask_phone(phone: str) -> str:
    """A stored number for a list: +8613812341234 → 138****1234; others keep their last four digits only."""
    local = phone.removeprefix("+86")
    if len(local) == 11 and local.startswith("1"):
        return f"{local[:3]}****{local[-4:]}"
    return mask_id(phone)
