"""What a form says, masked: as pages of staff show it before somebody asks for the whole, and as other systems get it."""

from __future__ import annotations

from banshi.kernel.masking import mask_id, mask_name, mask_phone
from banshi.rooms.catalogue.rules.handling import Field

PUBLIC = frozenset({"organisation-name", "uscc"})  # data elements that the register of organisations shows to everybody


def masked(field: Field, said: str) -> str:
    """A value in words; what is not personal by its kind, or stands in a public register, stays as it is."""
    if field.element in PUBLIC:
        return said
    if field.type == "address":
        return f"{said[:3]}****"
    masks = {"name": mask_name, "phone": mask_phone, "id_number": mask_id}
    # 姓名或名称 is a text: it may be an organisation's.
    kind = "name" if field.type == "text" and "姓名" in field.label_zh else field.type
    return masks[kind](said) if kind in masks else said
