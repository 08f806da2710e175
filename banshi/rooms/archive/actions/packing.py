"""What goes into a package: everything that was said and given in a case, in an order that never changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from banshi.rooms.archive.actions.packing_words import worded
from banshi.rooms.archive.actions.packing_work import said as _said
from banshi.rooms.archive.actions.packing_work import worked
from banshi.rooms.archive.rules import described
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import facts_of, form_of, papers_of, timeline
from banshi.rooms.delivery.models import Delivery, PaperFolder, Parcel, SentPapers, Stay
from banshi.rooms.delivery.queries import contents_of
from banshi.rooms.library import queries as library
from banshi.rooms.library.models import Certificate, DocumentVersion
from banshi.rooms.library.rules import file_name

SUFFIX = {"application/pdf": "pdf", "image/jpeg": "jpg"}


def payload(case: Case) -> dict[str, bytes]:
    """Path below data/ → content. The case is locked, its papers are set."""
    files = {}
    for paper in papers_of(case):
        assert paper.file_id is not None
        files[f"papers/{paper.number}-{paper.kind}.pdf"] = library.content(paper.file_id)
    for row in kept_materials(case):
        files[_name(row)] = library.content(row.id)
    said = described_case(case)
    lists: dict[str, list[dict[str, Any]]] = {
        "events": _events(case), "papers": _papers(case), "materials": _materials(case),
        "certificates": _certificates(case), **worded(case), **worked(case),
    }  # fmt: skip
    return {
        **files,
        **{f"{name}.json": described.as_json(rows) for name, rows in lists.items()},
        "contents.json": described.as_json(
            [{"file": f"{name}.json", "holds": described.LISTS[name], "rows": len(lists[name])} for name in lists]
        ),
        "metadata.json": described.as_json(said),
        "metadata.xml": described.as_xml(said),
        "application.json": described.as_json({"answers": case.answers, "form": form_of(case)}),
        "delivery.json": described.as_json(_delivery(case)),
    }


def described_case(case: Case) -> dict[str, Any]:
    """What the package says of its case: terms of `rules.described`."""
    last = case.events.exclude(verb="archive").order_by("-seq").first()
    item = case.item_then
    return {
        "fonds": case.department.name_zh, "fonds_code": case.department.code, "hall": case.hall.name_zh,
        "item": item.name_zh, "task_code": item.task_code, "catalog_code": item.catalog_code,
        "item_version": case.item_version, "case_no": case.no, "case_kind": case.case_kind, "applicant": case.applicant,
        "received_at": _said(case, case.received_at), "accepted_at": _said(case, case.accepted_at),
        "decided_at": _said(case, case.decided_at), "closed_at": _said(case, case.closed_at), "phase": case.phase,
        "outcome": case.outcome, "chain": last.hash if last is not None else "",
    }  # fmt: skip


def versions_of(case: Case) -> list[DocumentVersion]:
    """Every version of every file that came for the case, also of what was replaced or taken back; once each."""
    documents = CaseMaterial.objects.filter(case=case, file__isnull=False).values("file__document")
    rows = DocumentVersion.objects.filter(document__in=documents).select_related("blob", "document")
    return list(rows.order_by("document_id", "version"))


def kept_materials(case: Case) -> list[DocumentVersion]:
    """Those that may be kept: what a scanner rejected is named, and not put in."""
    return [row for row in versions_of(case) if row.scan != "rejected"]


def _name(row: DocumentVersion) -> str:
    return f"materials/{row.document.ref}-{row.version:03d}.{SUFFIX.get(row.mime, 'bin')}"


def _events(case: Case) -> list[dict[str, Any]]:
    hashes = dict(case.events.values_list("seq", "hash"))
    return [
        {
            "seq": e.seq, "verb": e.verb, "at": _said(case, e.at), "by": e.actor, "before": e.before, "after": e.after,
            "facts": e.facts, "why": e.why, "hash": hashes[e.seq],
        }
        for e in timeline(case)
        if e.verb != "archive"
    ]  # fmt: skip


def _papers(case: Case) -> list[dict[str, Any]]:
    return [
        {"number": p.number, "kind": p.kind, "on": facts_of(p).on.isoformat(), "made_at": _said(case, p.made_at)}
        for p in papers_of(case)
    ]


def _materials(case: Case) -> list[dict[str, Any]]:
    rows = CaseMaterial.objects.filter(case=case).select_related("file", "certificate", "origin").order_by("id")
    named = {row.pk: row for row in versions_of(case)}
    return [
        {
            "code": m.code, "channel": m.channel, "copies": m.copies, "trust": m.trust, "verdict": m.verdict,
            "at": _said(case, m.at), "gone_at": _said(case, m.gone_at),
            "certificate": m.certificate.ref if m.certificate else None, **_origin(m), **_file(named.get(m.file_id or 0)),
        }
        for m in rows
    ]  # fmt: skip


def _origin(m: CaseMaterial) -> dict[str, Any]:
    """Of a paper that was handed in before: in which case, on which day."""
    if m.origin is None or m.handed_on is None:
        return {}
    return {"origin": m.origin.no, "handed_on": m.handed_on.isoformat()}


def _file(row: DocumentVersion | None) -> dict[str, Any]:
    if row is None:
        return {}
    place = _name(row) if row.scan != "rejected" else None
    name = file_name(row.document.name)
    return {"file": place, "name": name, "sha256": row.blob.sha256, "pages": row.pages, "scan": row.scan}


def _certificates(case: Case) -> list[dict[str, Any]]:
    """What the case came to, and what stood for papers in it."""
    used = CaseMaterial.objects.filter(case=case, certificate__isnull=False).values("certificate")
    rows: Iterable[Certificate] = [
        *Certificate.objects.filter(case_no=case.no).order_by("id"),
        *Certificate.objects.filter(id__in=used).exclude(case_no=case.no).order_by("id"),
    ]
    return [
        {
            "ref": c.ref, "type": c.type, "number": c.number, "name": c.name_zh, "issuer": c.issuer_zh,
            "issued_on": c.issued_on.isoformat(), "valid_until": c.valid_until.isoformat() if c.valid_until else None,
            "result": c.case_no == case.no,
        }
        for c in rows
    ]  # fmt: skip


def _delivery(case: Case) -> dict[str, Any]:
    """How the result went, and the papers came: handed over, in cells, by courier there and back. No address: the form has it."""
    row = Delivery.objects.filter(case=case).first()
    found: dict[str, Any] = {
        "parcels": [_parcel(case, each) for each in case.parcels.order_by("id")],
        "cells": [_stay(case, each) for each in case.stays.select_related("cell__cabinet").order_by("id")],
        "folders": [_folder(case, each) for each in case.folders.order_by("id")],
        "papers_elsewhere": [{"code": each.code, "folder": each.folder.no} for each in contents_of(case).elsewhere],
        "posted_papers": [_sent(case, each) for each in case.sent_papers.order_by("id")],
    }
    found = {name: rows for name, rows in found.items() if rows}
    if row is None:
        return found
    return {
        "state": row.state, "how": row.how, "by_what": row.by_what, "ready_at": _said(case, row.ready_at),
        "delivered_at": _said(case, row.delivered_at), "delivered_by": row.delivered_by,
        **({"fetch_mandate": row.fetch_mandate} if row.fetch_mandate else {}), **found,
    }  # fmt: skip


def _parcel(case: Case, row: Parcel) -> dict[str, Any]:
    words = row.words.order_by("at", "id").values_list("status", "at")
    return {
        "waybill": row.waybill, "state": row.state, "payer": row.payer, "originals": row.originals, "place": row.place,
        "posted_at": _said(case, row.posted_at), "posted_by": row.posted_by, "ended_at": _said(case, row.ended_at),
        "carrier_said": [{"status": status, "at": _said(case, at)} for status, at in words],
    }  # fmt: skip


def _stay(case: Case, row: Stay) -> dict[str, Any]:
    return {
        "cabinet": row.cell.cabinet.code, "cell": row.cell.no, "kind": row.kind, "put_at": _said(case, row.put_at),
        "put_by": row.put_by, "out_at": _said(case, row.out_at), "out_by": row.out_by,
    }  # fmt: skip


def _folder(case: Case, row: PaperFolder) -> dict[str, Any]:
    """材料袋: what was in it, where it lies now, and each move of it."""
    papers = row.papers.order_by("id").values_list("code", "originals", "copies", "back")
    moves = row.trail.order_by("seq").values_list("deed", "place", "spot", "at", "by")
    return {
        "number": row.no, "place": row.place, "spot": row.spot,
        **({"follows": row.follows.no} if row.follows is not None else {}),
        "papers": [{"code": c, "originals": o, "copies": n, "given_back": back} for c, o, n, back in papers],
        "moves": [{"what": d, "place": p, "spot": s, "at": _said(case, at), "by": by} for d, p, s, at, by in moves],
    }  # fmt: skip


def _sent(case: Case, row: SentPapers) -> dict[str, Any]:
    return {
        "waybill": row.waybill, "said_at": _said(case, row.said_at), "came_at": _said(case, row.came_at),
        "came_by": row.came_by, "off_at": _said(case, row.off_at),
    }  # fmt: skip
