"""Addresses of the office: /office/<hall>/…, and signing in for all staff."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.office import (
    appointments,
    audit,
    calendar_editor,
    calendars,
    closures,
    credit,
    day_sheet,
    devices,
    home,
    items,
    notices,
    people,
    policies,
    ratings,
    roster,
    sign_in,
    slots,
    staff,
    templates_of_messages,
    unsettled,
    windows,
)
from banshi.surfaces.office.urls_seeing import urlpatterns as seeing

app_name = "office"

HALL = "office/<slug:hall>/"

urlpatterns = [
    # Everybody who works here
    path("staff/sign-in", sign_in.sign_in, name="sign_in"),
    path("staff/sign-out", sign_in.sign_out, name="sign_out"),
    path("staff/me", sign_in.me, name="me"),
    path("office/", home.home, name="home"),
    # The hall now, and figures
    *seeing,
    # Today
    path(HALL, home.overview, name="overview"),
    path(HALL + "appointments/", appointments.index, name="appointments"),
    path(HALL + "appointments/sheet", day_sheet.sheet, name="day_sheet"),
    path(HALL + "appointments/find", appointments.find, name="appointment_find"),
    path(HALL + "appointments/new", appointments.new, name="appointment_new"),
    path(HALL + "appointments/<slug:code>/", appointments.one, name="appointment"),
    path(HALL + "appointments/<slug:code>/move", appointments.move, name="appointment_move"),
    path(HALL + "appointments/<slug:code>/confirmation", notices.confirm_again, name="appointment_confirm_again"),
    path(HALL + "appointments/<slug:code>/cancel", appointments.cancel, name="appointment_cancel"),
    path(HALL + "ratings/", ratings.index, name="ratings"),
    path(HALL + "ratings/<int:task_id>/answer", ratings.answer, name="rating_answer"),
    path(HALL + "ratings/<int:task_id>/settle", ratings.settle, name="rating_settle"),
    path(HALL + "notices/", notices.index, name="notices"),
    path(HALL + "notices/<int:message_id>/again", notices.again, name="notice_again"),
    # Planning
    path(HALL + "calendar/", calendars.index, name="calendar"),
    path(HALL + "calendar/versions/", calendars.versions, name="calendar_versions"),
    path(HALL + "calendar/edit/", calendar_editor.edit, name="calendar_edit"),
    path(HALL + "calendar/publish", calendar_editor.publish, name="calendar_publish"),
    path(HALL + "calendar/closures/", closures.index, name="closures"),
    path(HALL + "calendar/closures/preview", closures.preview, name="closure_preview"),
    path(HALL + "calendar/closures/close", closures.close, name="closure_close"),
    path(HALL + "calendar/closures/<int:closure_id>/withdraw", closures.withdraw, name="closure_withdraw"),
    path(HALL + "calendar/evacuate", closures.evacuate, name="evacuate"),
    path(HALL + "unsettled/", unsettled.index, name="unsettled"),
    path(HALL + "unsettled/follow-ups/<int:follow_up_id>/", unsettled.follow_up, name="follow_up"),
    path(HALL + "slots/", slots.index, name="slots"),
    path(HALL + "slots/copy", slots.copy, name="slots_copy"),
    path(HALL + "slots/period", slots.period, name="slots_period"),
    path(HALL + "slots/<int:slot_id>/", slots.cell, name="slot"),
    path(HALL + "roster/", roster.index, name="roster"),
    path(HALL + "roster/add", roster.add, name="roster_add"),
    path(HALL + "roster/copy", roster.copy, name="roster_copy"),
    path(HALL + "roster/<int:shift_id>/remove", roster.remove, name="roster_remove"),
    path(HALL + "windows/", windows.index, name="windows"),
    path(HALL + "windows/<slug:code>/", windows.one, name="window"),
    path(HALL + "items/", items.index, name="items"),
    path(HALL + "items/<int:hall_item_id>/", items.row, name="item"),
    # Rules
    path(HALL + "policy/", policies.index, name="policy"),
    path(HALL + "policy/versions/", policies.versions, name="policy_versions"),
    path(HALL + "people/", people.index, name="people"),
    path(HALL + "people/find", people.find, name="people_find"),
    path(HALL + "people/<int:person_id>/", people.one, name="person"),
    path(HALL + "people/<int:person_id>/name", people.correct_name, name="person_name"),
    path(HALL + "people/<int:person_id>/phone", people.phone, name="person_phone"),
    path(HALL + "credit/", credit.index, name="credit"),
    path(HALL + "credit/fault-days/", credit.fault_days, name="fault_days"),
    path(HALL + "credit/people/<int:person_id>/", credit.person, name="credit_person"),
    path(HALL + "credit/suspensions/<int:suspension_id>/lift", credit.lift, name="credit_lift"),
    path(HALL + "credit/entries/<int:entry_id>/forgive", credit.forgive, name="credit_forgive"),
    path(HALL + "credit/appeals/<int:appeal_id>/answer", credit.answer, name="credit_answer"),
    path(HALL + "templates/", templates_of_messages.index, name="templates"),
    path(HALL + "templates/<slug:key>/<slug:language>/", templates_of_messages.one, name="template"),
    # Looking back
    path(HALL + "audit/", audit.index, name="audit"),
    path(HALL + "audit/verify", audit.verify, name="audit_verify"),
    # People and devices
    path(HALL + "staff/", staff.index, name="staff"),
    path(HALL + "staff/new", staff.create, name="staff_create"),
    path(HALL + "staff/<int:staff_id>/", staff.one, name="staff_one"),
    path(HALL + "staff/<int:staff_id>/active", staff.active, name="staff_active"),
    path(HALL + "staff/<int:staff_id>/password", staff.password, name="staff_password"),
    path(HALL + "staff/<int:staff_id>/roles", staff.give_role, name="role_give"),
    path(HALL + "staff/<int:staff_id>/roles/<int:role_id>/end", staff.end_role, name="role_end"),
    path(HALL + "devices/", devices.index, name="devices"),
    path(HALL + "devices/new", devices.create, name="device_create"),
    path(HALL + "devices/<slug:device>/", devices.one, name="device"),
    path(HALL + "devices/<slug:device>/pair", devices.pair, name="device_pair"),
]
