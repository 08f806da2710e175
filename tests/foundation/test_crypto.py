"""Personal data at rest: unreadable without the key, useless in another column."""

from __future__ import annotations

import pytest
from django.db import connection

from banshi.foundation.crypto import Unreadable, blind_index, decrypt, encrypt, sign, signed_ok
from banshi.rooms.identity.models import Person


def test_what_is_encrypted_comes_back():
    assert decrypt(encrypt("欧阳娜娜", place="a.b"), place="a.b") == "欧阳娜娜"


def test_the_same_text_never_looks_the_same_twice():
    assert encrypt("张三", place="a.b") != encrypt("张三", place="a.b")


def test_a_value_moved_to_another_column_does_not_open():
    with pytest.raises(Unreadable):
        decrypt(encrypt("张三", place="a.b"), place="a.c")


def test_a_tampered_value_does_not_open():
    sealed = encrypt("张三", place="a.b")

    with pytest.raises(Unreadable):
        decrypt(sealed[:-6] + ("AAAAA=" if sealed[-6:] != "AAAAA=" else "BBBBB="), place="a.b")


def test_values_of_an_older_key_still_open_after_a_new_key_comes_first(settings):
    old = encrypt("张三", place="a.b")

    settings.BANSHI_DATA_KEYS = {"k1": b"1" * 32, **settings.BANSHI_DATA_KEYS}

    assert (decrypt(old, place="a.b"), encrypt("李四", place="a.b").split(":")[2]) == ("张三", "k1")


def test_blind_indexes_tell_purposes_apart():
    assert blind_index("13800138000", purpose="phone") != blind_index("13800138000", purpose="document")


def test_a_signature_opens_only_its_own_text_and_purpose():
    signature = sign("K7Q2", purpose="appointment")

    assert [
        signed_ok("K7Q2", signature, purpose="appointment"),
        signed_ok("K7Q3", signature, purpose="appointment"),
        signed_ok("K7Q2", signature, purpose="link"),
        signed_ok("K7Q2", "", purpose="appointment"),
        signed_ok("K7Q2", signature[:4], purpose="appointment"),
    ] == [True, False, False, False, False]


def test_nothing_personal_lies_readable_in_the_table(town):
    person = town.person(1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM identity_person p WHERE id = %s", [person.id])
        row = cursor.fetchone()[0]

    assert [text in row for text in (person.name, person.id_number, person.phone)] == [False, False, False]
    assert Person.objects.get(id=person.id).name == person.name
