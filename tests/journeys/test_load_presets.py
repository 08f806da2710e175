from __future__ import annotations

import pytest

from banshi.journeys import load_presets
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.models import Synonym
from tests.house.test_presets_catalogue import PRESETS
from tests.town import TUESDAY_NINE


def test_a_fresh_city_finds_what_people_say_and_shows_what_they_ask_for(db):
    load_presets.load(PRESETS, TUESDAY_NINE)
    queries.forget()

    assert [line.code for line in queries.search("房产证", hall="dongguan", limit=2)] == [
        "land-and-house-reg",
        "registration-house-sale-transfer",
    ]
    assert [line.code for line in queries.search("社保卡丢了", limit=1)] == ["social-card-lost"]
    for hall in ("nancheng", "dongcheng", "dongguan"):
        assert "id-card-first" in [line.code for line in queries.popular(hall, 12)]


def test_synonyms_that_left_the_file_are_forgotten_and_a_wrong_code_stops_the_load(town, tmp_path):
    Synonym.objects.create(words="旧话", items="pension", source="spoken")
    (tmp_path / "catalogue").mkdir()
    file = tmp_path / "catalogue" / "synonyms.csv"
    file.write_text("words,items,means,source\n退休金,pension,,spoken\n", encoding="utf-8")

    load_presets._synonyms(tmp_path)

    assert list(Synonym.objects.values_list("words", flat=True)) == ["退休金"]
    file.write_text("words,items,means,source\n退休金,pensoin,,spoken\n", encoding="utf-8")
    with pytest.raises(ValueError, match="unknown item: pensoin"):
        load_presets._synonyms(tmp_path)
