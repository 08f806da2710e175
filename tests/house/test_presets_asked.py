"""常见问题: what people ask about each matter that is modelled whole, with its answer, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

HANDLING = sorted((Path(__file__).resolve().parents[2] / "presets/catalogue/handling").glob("*.yaml"))
FULL_WIDTH = set("，。；：？（）“”")


@pytest.mark.parametrize("path", HANDLING, ids=lambda path: path.stem)
def test_what_people_ask_is_answered_in_both_languages(path: Path) -> None:
    asked = yaml.safe_load(path.read_text(encoding="utf-8")).get("faq", [])
    assert len(asked) >= 2
    assert len({each["text_zh"] for each in asked}) == len({each["text_en"] for each in asked}) == len(asked)
    for each in asked:
        assert each["text_zh"].endswith("？")
        assert each["text_en"].endswith("?")
        assert each["answer_zh"].endswith("。")
        assert each["answer_en"].endswith(".")
        assert not FULL_WIDTH & set(each["text_en"] + each["answer_en"])
