"""Addresses of the citizen's pages, mounted at the root."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.citizen import agents, appointments, booking, following, halls, home, matters, me, opening, rating

app_name = "citizen"

urlpatterns = [
    path("", home.home, name="home"),
    path("search", home.search, name="search"),
    path("halls-now", home.halls_part, name="halls-now"),
    path("items/", matters.browse, name="items"),
    path("items/<slug:code>", matters.guide, name="item"),
    path("when", matters.when, name="when"),
    path("halls/", halls.halls, name="halls"),
    path("halls/<slug:hall>", halls.hall, name="hall"),
    path("halls/<slug:hall>/line", halls.hall_part, name="hall-line"),
    path("halls/<slug:hall>/state", halls.hall_state, name="hall-state"),
    path("book/<slug:item>/", booking.choose, name="book"),
    path("book/<slug:item>/take", booking.take, name="take"),
    path("book/<slug:item>/tell-me", opening.tell_me, name="tell-me"),
    path("book/<slug:item>/wait", booking.join_waiting, name="join-waiting"),
    path("book/<slug:item>/<int:slot>/", booking.confirm, name="confirm"),
    path("book/<slug:item>/<int:slot>/hold", booking.hold, name="hold"),
    path("book/<slug:item>/<int:slot>/kept", booking.kept, name="kept"),
    path("book/<slug:item>/<int:slot>/give-back", booking.give_back, name="give-back"),
    path("book/<slug:item>/<int:slot>/more", booking.more_matters, name="more-matters"),
    path("a/<slug:code>", appointments.appointment, name="appointment"),
    path("a/<slug:code>/cancel", appointments.cancel, name="cancel"),
    path("a/<slug:code>/move", appointments.move, name="move"),
    path("a/<slug:code>/not-by-me", appointments.not_by_me, name="not-by-me"),
    path("a/<slug:code>/rebook", appointments.rebook, name="rebook"),
    path("a/<slug:code>/calendar.ics", appointments.calendar_file, name="calendar"),
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/appeal", appointments.appeal, name="appeal"),
    path("a/<slug:code>/earlier", appointments.wait_earlier, name="wait-earlier"),
    path("a/<slug:code>/earlier/leave", appointments.leave_earlier, name="leave-earlier"),
    path("a/<slug:code>/earlier/take", appointments.take_earlier, name="take-earlier"),
    path("waiting/<int:waiting>/leave", appointments.leave_waiting, name="leave-waiting"),
    path("waiting/<int:waiting>/take", appointments.take_offer, name="take-offer"),
    path("t/<slug:ref>", following.ticket, name="ticket"),
    path("t/<slug:ref>/part", following.ticket_part, name="ticket-part"),
    path("t/<slug:ref>/late", following.late, name="late"),
    path("t/<slug:ref>/back", following.come_back, name="come-back"),
    path("t/<slug:ref>/leave", following.leave, name="leave-number"),
    path("r/<slug:ref>", rating.rate, name="rate"),
    path("sign-in", me.sign_in, name="sign-in"),
    path("sign-in/code", me.code, name="code"),
    path("sign-out", me.sign_out, name="sign-out"),
    path("sign-out-everywhere", me.sign_out_everywhere, name="sign-out-everywhere"),
    path("me/number", me.number, name="number"),
    path("lost-number", me.lost_number, name="lost-number"),
    path("me/", me.me, name="me"),
    path("agents/", agents.how, name="agents"),
    path("me/clients", me.propose_client, name="propose-client"),
    path("me/mandates/<int:mandate>/agree", agents.agree, name="agree-mandate"),
    path("me/mandates/<int:mandate>/end", agents.end, name="end-mandate"),
    path("me/people", me.add_person, name="add-person"),
    path("me/people/<int:person>/remove", me.remove_person, name="remove-person"),
]
