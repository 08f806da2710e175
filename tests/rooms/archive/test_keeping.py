"""A case that has ended is kept whole, once, as the same bytes; what was changed since is found."""

from __future__ import annotations

import json
from datetime import timedelta

import bagit
import pytest
from django.db import connection

from banshi.journeys.case import folders
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions, queries
from banshi.rooms.archive.actions import packing
from banshi.rooms.archive.models import Package
from banshi.rooms.archive.rules import bag as bags
from banshi.rooms.archive.rules import described
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import chain_holds, timeline
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.fees.models import Charge, Payment, Refund
from banshi.rooms.library import actions as library
from tests.matters import Matters
from tests.rooms.archive.ended import DAY, LATER, closed
from tests.rooms.cases.test_copies import card
from tests.together import together
from tests.town import TUESDAY_NINE


@pytest.mark.django_db
def test_a_bag_holds_everything_and_bagit_takes_it(matters: Matters, tmp_path):
    case = closed(matters)

    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)

    assert package is not None
    tree = bags.unzipped(queries.content(package))
    for path, content in tree.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    bag = bagit.Bag(str(tmp_path))
    bag.validate()
    assert bag.info["External-Identifier"] == case.no
    said = json.loads(tree["data/metadata.json"])
    assert (said["case_no"], said["outcome"], said["applicant"]) == (case.no, "granted", case.applicant)
    assert case.no.encode() in tree["data/metadata.xml"]
    assert len([path for path in tree if path.startswith("data/papers/")]) == case.papers.count() == 7
    assert b"%PDF-ours" in tree.values()
    events = json.loads(tree["data/events.json"])
    assert [e["verb"] for e in events] == [m.verb for m in timeline(case)][:-1]
    assert events[-1]["hash"] == said["chain"]
    assert package.checks == {"authentic": True, "complete": True, "usable": True, "safe": True, "unscanned": 0}
    case.refresh_from_db()
    last = timeline(case)[-1]
    assert (case.archived_at, case.phase, last.verb) == (LATER, "closed", "archive")
    assert last.facts == {"manifest": package.manifest_sha256}
    assert chain_holds(case)


@pytest.mark.django_db
def test_what_was_thought_asked_found_and_paid_is_kept_in_words(matters: Matters):
    case, staff = closed(matters), matters.staff
    asked = {"asked_at": TUESDAY_NINE, "asked_by": staff["reviewer"], "due_on": LATER.date(), "papers": ["lease"]}
    case.opinions.create(stage="review", says="note", text="店面朝街，符合规划", by=staff["reviewer"], at=TUESDAY_NINE)
    case.stops.create(
        kind="inspection", basis="现场核查", expected_days=3, started_at=TUESDAY_NINE, started_by="system",
        ended_at=TUESDAY_NINE + DAY, result="核查合格",
    )  # fmt: skip
    case.consultations.create(department=case.department, question="消防如何？", **asked)
    case.rule_runs.create(
        occasion="submit", at=TUESDAY_NINE, mode="live", version=1, held=False, sampled=False, outcome="person",
        why="rule", trace=[{"rule": "own", "held": False}],
    )  # fmt: skip
    _paid_and_back(case)

    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)

    assert package is not None
    tree = bags.unzipped(queries.content(package))
    kept = {name: json.loads(tree[f"data/{name}.json"]) for name in described.LISTS}
    assert kept["opinions"][-1]["text"] == "店面朝街，符合规划"
    assert [(s["kind"], s["basis"], s["result"]) for s in kept["procedures"]] == [
        ("inspection", "现场核查", "核查合格")
    ]
    assert [(c["question"], c["says"], c["papers"]) for c in kept["consultations"]] == [("消防如何？", "", ["lease"])]
    assert [(r["outcome"], r["why"], r["trace"]) for r in kept["rule_runs"]] == [
        ("person", "rule", [{"rule": "own", "held": False}])
    ]
    (charge,) = kept["fees"]
    (payment,) = charge["payments"]
    assert (charge["fen"], charge["state"], payment["got"], payment["receipt"]) == (5000, "paid", 5000, "R-1")
    assert [(r["fen"], r["why"]) for r in payment["refunds"]] == [(2000, "less")]
    contents = json.loads(tree["data/contents.json"])
    assert {each["file"].removesuffix(".json"): each["rows"] for each in contents} == {
        name: len(rows) for name, rows in kept.items()
    }


def _paid_and_back(case: Case) -> None:
    """50 yuan paid at a window, 20 of them given back."""
    charge = Charge.objects.create(
        hall=case.hall, case_no=case.no, lines=[{"zh": "工本费", "en": "Fee", "fen": 5000}], fen=5000, state="paid",
        raised_at=TUESDAY_NINE, raised_by="system", settled_at=TUESDAY_NINE,
    )  # fmt: skip
    payment = Payment.objects.create(
        charge=charge, way="window", means="cash", reference="p-1", fen=5000, state="paid", got=5000, counts=True,
        receipt_no="R-1", started_at=TUESDAY_NINE, started_by="system", ends_at=TUESDAY_NINE, ended_at=TUESDAY_NINE,
    )  # fmt: skip
    Refund.objects.create(payment=payment, fen=2000, why="less", asked_at=TUESDAY_NINE, next_at=TUESDAY_NINE)


@pytest.mark.django_db
def test_what_the_library_gave_is_kept_as_the_copy_that_was_seen(matters: Matters):
    case, held = closed(matters), card(matters)
    use = {
        "subject": f"case:{case.no}",
        "consent": True,
        "person_id": case.person_id,
        "by": SYSTEM,
        "now": TUESDAY_NINE,
    }
    library.use_certificate(ref=held.ref, purpose="id", **use)
    row = case.materials.create(code="id", channel="library", trust="A", certificate=held, at=TUESDAY_NINE, by="system")

    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)

    assert package is not None
    tree = bags.unzipped(queries.content(package))
    said = next(each for each in json.loads(tree["data/materials.json"]) if each["certificate"] == held.ref)
    assert tree[f"data/{said['file']}"] == cases.content_of(row.pk, now=LATER + DAY).content


@pytest.mark.django_db
def test_the_same_case_is_the_same_bytes(matters: Matters):
    case = closed(matters)

    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)

    assert package is not None
    again = bags.bag(packing.payload(case), {})
    kept = bags.unzipped(queries.content(package))
    assert bags.manifest_hash(again) == package.manifest_sha256
    assert bags.zipped(kept, name=case.no) == queries.content(package)


@pytest.mark.django_db
def test_a_byte_that_was_changed_is_found(matters: Matters):
    case = closed(matters)
    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)
    assert package is not None
    assert actions.verify(case_no=case.no, by=SYSTEM, now=LATER)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE library_blob_part DISABLE TRIGGER a_part_stands")
        cursor.execute(
            "UPDATE library_blob_part SET body = set_byte(body, 99, get_byte(body, 99) # 1) WHERE blob_id = %s AND no = 0",
            [package.file.blob_id],
        )

    assert not actions.verify(case_no=case.no, by=SYSTEM, now=LATER)


@pytest.mark.django_db
def test_a_bag_that_lost_a_file_or_leads_out_of_its_folder_is_none():
    tree = bags.bag({"a.txt": b"a", "b.txt": b"b"}, {"External-Identifier": "1"})

    assert queries.is_valid(tree)
    assert not queries.is_valid({path: said for path, said in tree.items() if path != "data/b.txt"})
    assert not queries.is_valid({**tree, "data/a.txt": b"c"})
    assert not queries.is_valid({**tree, "../out.txt": b"c"})


@pytest.mark.django_db
def test_what_goes_on_or_waits_for_the_scanner_is_not_archived(matters: Matters):
    with pytest.raises(Refused, match="wrong-state"):
        actions.archive(case_no=matters.in_review().no, by=SYSTEM, now=LATER)
    waits = closed(matters, scan="pending")

    with pytest.raises(Refused, match="wrong-state"):
        actions.archive(case_no=waits.no, by=SYSTEM, now=LATER)

    assert Package.objects.count() == 0


@pytest.mark.django_db
def test_a_case_whose_story_was_changed_is_not_archived_and_keeps_nobody_back(matters: Matters):
    changed, whole = closed(matters), closed(matters, TUESDAY_NINE + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_event DISABLE TRIGGER an_event_of_a_case_stands")
        cursor.execute("UPDATE cases_event SET actor = 'staff:0' WHERE case_id = %s AND seq = 3", [changed.pk])

    assert actions.archive_due(now=LATER) == 1

    assert [each.case_id for each in Package.objects.all()] == [whole.pk]


@pytest.mark.django_db
def test_the_job_waits_for_the_day_and_comes_to_the_same_late_or_twice(matters: Matters):
    case = closed(matters)
    withdrawn = matters.received()
    cases.withdraw(case_no=withdrawn.no, by=matters.applicant, now=TUESDAY_NINE)

    assert actions.archive_due(now=TUESDAY_NINE + 29 * DAY) == 0
    assert actions.archive_due(now=TUESDAY_NINE + 31 * DAY, most=1) == 1
    assert actions.archive_due(now=LATER) == 1
    assert actions.archive_due(now=LATER) == 0

    assert set(Package.objects.values_list("case_id", flat=True)) == {case.pk, withdrawn.pk}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_a_case_once(committed_matters: Matters):
    case = closed(committed_matters)

    found = together(2, lambda _: actions.archive(case_no=case.no, by=SYSTEM, now=LATER))

    assert sorted(each is None for each in found) == [False, True], found
    assert Package.objects.count() == 1
    assert [m.verb for m in timeline(case)].count("archive") == 1


@pytest.mark.django_db
def test_a_bag_lists_the_papers_of_its_folder_and_where_it_lies(matters: Matters):
    case, by = closed(matters), matters.by["issuer"]
    folder = folders.make(case_no=case.no, by=by, now=TUESDAY_NINE)
    delivery.move(
        folder_id=folder.pk, hall=case.hall, deed="archived", at=delivery.At("archive", "12-3"), by=by, now=LATER
    )

    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)

    assert package is not None
    said = json.loads(bags.unzipped(queries.content(package))["data/delivery.json"])["folders"]
    assert [(each["number"], each["place"], each["spot"]) for each in said] == [(folder.no, "archive", "12-3")]
    assert [each["code"] for each in said[0]["papers"]] == ["id", "lease", "photo"]
    assert [each["what"] for each in said[0]["moves"]] == ["made", "archived"]


@pytest.mark.django_db
def test_consents_ratings_and_complaints_are_kept_with_what_came_of_them(matters: Matters):
    case, staff = closed(matters), matters.staff["reviewer"]
    subject, holder = f"case:{case.no}", {"person_id": case.person_id}
    said = {"by": SYSTEM, "now": TUESDAY_NINE}
    library.agree_to_facts(subject=subject, consent=True, **holder, **said)
    fact = library.Lent("residence-address", "一号路 2 号", "import:police", TUESDAY_NINE, "A")
    library.lend_facts(subject=subject, facts=[fact])
    library.use_facts(
        subject=subject, purpose="pension", stands={"residence-address": ["一号路 2 号"]}, **said
    )  # fmt: skip
    rating = Rating.objects.create(
        case=case, hall=case.hall, stars=1, tags=[], text="等了太久", channel="web", at=TUESDAY_NINE
    )
    Task.objects.create(
        rating=rating, hall=case.hall, opened_at=TUESDAY_NINE, answer_due_on=LATER.date(), settle_due_on=LATER.date(),
        state="settled", outcome="fixed", settlement="增开窗口", settled_at=TUESDAY_NINE, settled_by="system",
    )  # fmt: skip
    enquiry = Enquiry.objects.create(
        no="Q1", hall=case.hall, item=case.item, department=case.department, case=case, asked_by="citizen:1",
        state="closed", asked_at=TUESDAY_NINE, closed_at=TUESDAY_NINE,
    )  # fmt: skip
    question = enquiry.questions.create(seq=1, text="窗口态度不好", asked_at=TUESDAY_NINE)
    question.answers.create(version=1, text="已经道歉", by=staff, department=case.department, at=TUESDAY_NINE)

    package = actions.archive(case_no=case.no, by=SYSTEM, now=LATER)

    assert package is not None
    tree = bags.unzipped(queries.content(package))
    (consent,), (rated,), (complaint,) = (
        json.loads(tree[f"data/{name}.json"]) for name in ("consents", "ratings", "complaints")
    )
    assert (consent["kind"], consent["words"][:2], consent["withdrawn_at"]) == ("facts", "经接", None)
    assert [(use["element"], use["became"]) for use in consent["uses"]] == [("residence-address", "kept")]
    assert (rated["text"], rated["task"]["outcome"], rated["task"]["settlement"]) == ("等了太久", "fixed", "增开窗口")
    assert (complaint["questions"][0]["text"], complaint["questions"][0]["answers"][0]["text"]) == (
        "窗口态度不好", "已经道歉",
    )  # fmt: skip
