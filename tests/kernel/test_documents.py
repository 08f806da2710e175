from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from banshi.kernel.documents import (
    Fault,
    IdType,
    InvalidDocument,
    birth_date,
    generate_resident_id,
    normalise,
    type_named,
    types_that_fit,
)

births = st.dates(date(1900, 1, 1), date(2026, 11, 23))
sequences = st.integers(0, 999)
# The published example of GB 11643, and one of GB 32100.
RESIDENT = "11010519491231002X"
CREDIT_CODE = "91350100M000100Y43"


def reason(id_type, number, **more):
    with pytest.raises(InvalidDocument) as refused:
        normalise(id_type, number, **more)
    return refused.value.reason


def test_a_resident_number_is_read_however_it_is_typed():
    assert normalise(IdType.RESIDENT_ID, " １１０１０５ 19491231-002x ") == RESIDENT


def test_fifteen_digits_become_eighteen():
    assert normalise(IdType.RESIDENT_ID, "110105491231002") == RESIDENT


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", Fault.EMPTY),
        ("  ", Fault.EMPTY),
        ("11010519491231002", Fault.FORMAT),
        ("11010519491231002XX", Fault.FORMAT),
        ("X1010519491231002X", Fault.FORMAT),
        ("110105194902300021", Fault.BIRTH_DATE),
        ("110105490230002", Fault.BIRTH_DATE),
        ("110105194912310021", Fault.CHECK_CHARACTER),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", Fault.FORMAT),
    ],
)
def test_a_wrong_resident_number_says_what_is_wrong(number, fault):
    assert reason(IdType.RESIDENT_ID, number) == fault


def test_a_birth_date_after_today_is_refused_only_when_today_is_known():
    number = generate_resident_id("441900", date(2026, 11, 24), 1)

    assert normalise(IdType.RESIDENT_ID, number) == number
    assert normalise(IdType.RESIDENT_ID, number, today=date(2026, 11, 24)) == number
    assert reason(IdType.RESIDENT_ID, number, today=date(2026, 11, 23)) == Fault.BIRTH_DATE


def test_a_refusal_speaks_both_languages():
    refusal = InvalidDocument(Fault.CHECK_CHARACTER)

    assert refusal.zh == "号码与最后一位校验码不符，可能有一位输错了。"
    assert refusal.en == str(refusal) == "The last character does not fit the rest; one character is probably wrong."


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_a_residence_permit_is_not_a_resident_card_and_the_other_way_round(area):
    permit = generate_resident_id(area, date(1990, 5, 6), 12)

    assert normalise(IdType.RESIDENCE_PERMIT, permit) == permit
    assert reason(IdType.RESIDENT_ID, permit) == Fault.OTHER_TYPE
    assert reason(IdType.RESIDENCE_PERMIT, RESIDENT) == Fault.OTHER_TYPE


def test_a_permanent_residence_card_begins_with_nine_or_is_of_the_older_fifteen_characters():
    new = generate_resident_id("931840", date(1988, 8, 8), 5)

    assert normalise(IdType.PERMANENT_RESIDENCE, new) == new
    assert birth_date(IdType.PERMANENT_RESIDENCE, new) == date(1988, 8, 8)
    assert normalise(IdType.PERMANENT_RESIDENCE, "usa310088080801") == "USA310088080801"
    assert birth_date(IdType.PERMANENT_RESIDENCE, "USA310088080801") is None
    assert reason(IdType.RESIDENT_ID, new) == Fault.OTHER_TYPE
    assert reason(IdType.PERMANENT_RESIDENCE, RESIDENT) == Fault.OTHER_TYPE
    assert reason(IdType.PERMANENT_RESIDENCE, "USA310088130801") == Fault.BIRTH_DATE


@pytest.mark.parametrize(
    ("id_type", "typed", "stored"),
    [
        (IdType.HOME_RETURN, "h12345678", "H12345678"),
        (IdType.HOME_RETURN, "M1234567801", "M1234567801"),
        (IdType.TAIWAN_PASS, "0123 4567", "01234567"),
        (IdType.PASSPORT, "e12345678", "E12345678"),
        (IdType.PASSPORT, "EA1234567", "EA1234567"),
        (IdType.PASSPORT, "123456789", "123456789"),
    ],
)
def test_travel_documents_are_stored_in_capitals_without_spaces(id_type, typed, stored):
    assert normalise(id_type, typed) == stored


@pytest.mark.parametrize(
    ("id_type", "number"),
    [
        (IdType.HOME_RETURN, "A12345678"),
        (IdType.HOME_RETURN, "H1234567"),
        (IdType.TAIWAN_PASS, "123456789"),
        (IdType.PASSPORT, "ABCDEFGH"),
        (IdType.PASSPORT, "E123"),
        (IdType.PASSPORT, "E1234567;"),
    ],
)
def test_travel_documents_of_another_shape_are_refused(id_type, number):
    assert reason(id_type, number) == Fault.FORMAT


def test_a_credit_code_with_one_digit_altered_is_refused():
    assert normalise(IdType.USCC, CREDIT_CODE.lower()) == CREDIT_CODE
    assert reason(IdType.USCC, CREDIT_CODE.replace("91350100", "91350101")) == Fault.CHECK_CHARACTER
    assert reason(IdType.USCC, CREDIT_CODE.replace("M", "I")) == Fault.FORMAT


@pytest.mark.parametrize(("area", "seq"), [("44190", 1), ("041900", 1), ("441900", 1000), ("441900", -1)])
def test_a_demo_person_needs_six_digits_of_area_and_three_of_sequence(area, seq):
    with pytest.raises(ValueError, match="six digits|0 to 999"):
        generate_resident_id(area, date(1990, 1, 1), seq)


@given(st.sampled_from(["110105", "441900", "510107", "310115"]), births, sequences)
def test_generated_numbers_carry_their_birth_date_and_pass_the_other_checker(area, born, seq):
    number = generate_resident_id(area, born, seq)

    assert normalise(IdType.RESIDENT_ID, number, today=date(2026, 11, 23)) == number
    assert birth_date(IdType.RESIDENT_ID, number) == born
    assert ric.calc_check_digit(number) == number[-1]


@given(births, sequences, st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(born, seq, place, by):
    number = generate_resident_id("441900", born, seq)
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]

    assert reason(IdType.RESIDENT_ID, wrong) in {Fault.FORMAT, Fault.BIRTH_DATE, Fault.CHECK_CHARACTER}


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(100000, 999999))
def test_credit_codes_pass_and_fail_as_in_the_other_checker(organisation, area):
    body = f"91{area}{organisation}"
    right = body + uscc.calc_check_digit(body)
    wrong = body + ("1" if right[-1] != "1" else "2")

    assert normalise(IdType.USCC, right) == right
    assert reason(IdType.USCC, wrong) == Fault.CHECK_CHARACTER


@given(st.sampled_from(IdType), st.text())
def test_any_text_is_either_read_one_way_or_refused_with_a_reason(id_type, text):
    try:
        stored = normalise(id_type, text)
    except InvalidDocument:
        return

    assert normalise(id_type, stored) == stored


R, P, F, H, T, A, U = IdType  # resident, residence permit, foreigner's permanent, home return, Taiwan, passport, firm


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        (RESIDENT, (R,)),
        ("110105491231002", (R,)),  # the old fifteen digits; no passport is that long
        (generate_resident_id("810000", date(1990, 5, 1), 7), (P,)),
        (generate_resident_id("830000", date(1990, 5, 1), 7), (P,)),
        (generate_resident_id("911344", date(1990, 5, 1), 7), (F,)),  # permanent residence, 2023 edition
        ("USA110190050112", (F,)),  # and the earlier one
        ("H12345678", (H, A)),  # home-return permit; Hong Kong and Korea print passports like it
        ("M12345678", (H, A)),
        ("h 1234 5678", (H, A)),
        ("H1234567801", (H,)),  # with the count of issues
        ("12345678", (T, A)),
        ("0123456789", (T,)),
        ("0012345601(B)", (T,)),
        ("E12345678", (A,)),  # China
        ("EA1234567", (A,)),
        ("K12345678", (A,)),  # Hong Kong
        ("TR1234567", (A,)),  # Japan
        ("123456789", (A,)),  # United Kingdom, United States
        ("C01X00T47", (A,)),  # Germany
        ("A1234567", (A,)),  # India
        ("AB123456", (A,)),  # Canada
        ("PA1234567", (A,)),  # Australia
        ("X1234567890123", (A,)),  # longer than any passport, but nothing else either
        (CREDIT_CODE, (U,)),
        ("110105194912310021", ()),  # wrong check character
        ("王伟", ()),
        ("", ()),
    ],
)
def test_every_type_whose_form_fits_is_named_the_likeliest_first(number, fits):
    assert types_that_fit(number) == fits


def test_a_taiwan_permit_is_one_document_however_often_it_was_issued():
    assert normalise(IdType.TAIWAN_PASS, "0012345601(B)") == normalise(IdType.TAIWAN_PASS, "0012345601") == "0012345601"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("passport", A),
        ("护照", A),
        ("Passport", A),
        ("回乡证", H),
        ("港澳居民来往内地通行证", H),
        ("J", P),
        ("I", F),
        ("王伟", None),
        ("", None),
    ],
)
def test_a_chip_says_which_document_it_is(said, kind):
    assert type_named(said) == kind
