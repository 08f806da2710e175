"""Roles and permissions (角色与权限). A role is held in a hall, a region, or everywhere."""

from __future__ import annotations

# permission → what it allows; each staff view names one (tests/house checks both directions).
PERMISSIONS: dict[str, str] = {
    "desk.work": "sign in at a window, call and serve numbers",
    "desk.out_of_order": "call a number out of its turn",
    "desk.identity": "see the served person's identity at the window",
    "line.view": "see the live line of a hall",
    "line.steer": "open and close windows, change what a window serves, put a number first",
    "figures.view": "see figures and export them",
    "appointments.view": "look up appointments (masked)",
    "appointments.manage": "book, move and cancel for a citizen, give internal places",
    "slots.edit": "change quotas and slots",
    "calendar.edit": "change opening hours and closures",
    "policy.edit": "change a hall's policy",
    "credit.view": "see no-shows, cancellations and suspensions",
    "credit.decide": "lift a suspension, forgive a strike, answer an appeal",
    "ratings.view": "see ratings",
    "ratings.answer": "answer tasks from bad ratings",
    "staff.manage": "create staff, give roles",
    "roster.edit": "plan shifts",
    "notices.view": "see the notices sent (masked)",
    "devices.manage": "name screens, kiosks and printers; see their health",
    "catalogue.edit": "change which items a hall handles",
    "people.correct": "find a person and put name and telephone right, with the card seen",
    "audit.view": "read the audit trail",
}

_CLERK = {"desk.work", "desk.identity", "line.view"}
_GUIDE = {"line.view", "appointments.view", "appointments.manage", "people.correct"}
_MANAGER = set(PERMISSIONS) - {"staff.manage"} - {"desk.work"}
ROLES: dict[str, frozenset[str]] = {
    "clerk": frozenset(_CLERK),  # 窗口人员
    "senior_clerk": frozenset(_CLERK | {"desk.out_of_order", "people.correct"}),  # 值班长
    "guide": frozenset(_GUIDE),  # 导办
    "hall_manager": frozenset(_MANAGER | {"staff.manage"}),  # 大厅主任
    "city_admin": frozenset(_MANAGER | {"staff.manage"}),  # 市级管理员
    "auditor": frozenset({"audit.view", "figures.view", "line.view"}),  # 审计
}


# API key scopes (api.md) → audience words for messages.
SCOPES = ("channel", "kiosk", "desk", "manage", "read", "demo")
