"""Addresses of the citizen's pages, mounted at the root."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.citizen import appointments, booking, following, halls, home, matters, me, rating

app_name = "citizen"

urlpatterns = [
    path("", home.home, name="home"),
    path("search", home.search, name="search"),
    path("halls-now", home.halls_part, name="halls-now"),
    path("items/", matters.browse, name="items"),
    path("items/<str:code>", matters.guide, name="item"),
    path("when", matters.when, name="when"),
    path("halls/", halls.halls, name="halls"),
    path("halls/<str:hall>", halls.hall, name="hall"),
    path("halls/<str:hall>/line", halls.hall_part, name="hall-line"),
    path("book/<str:item>/", booking.choose, name="book"),
    path("book/<str:item>/take", booking.take, name="take"),
    path("book/<str:item>/wait", booking.join_waiting, name="join-waiting"),
    path("book/<str:item>/<int:slot>/", booking.confirm, name="confirm"),
    path("book/<str:item>/<int:slot>/hold", booking.hold, name="hold"),
    path("book/<str:item>/<int:slot>/give-back", booking.give_back, name="give-back"),
    path("book/<str:item>/<int:slot>/more", booking.more_matters, name="more-matters"),
    path("a/<str:code>", appointments.appointment, name="appointment"),
    path("a/<str:code>/cancel", appointments.cancel, name="cancel"),
    path("a/<str:code>/move", appointments.move, name="move"),
    path("a/<str:code>/rebook", appointments.rebook, name="rebook"),
    path("a/<str:code>/calendar.ics", appointments.calendar_file, name="calendar"),
    path("appointments/", appointments.appointments, name="appointments"),
    path("appointments/appeal", appointments.appeal, name="appeal"),
    path("waiting/<int:waiting>/leave", appointments.leave_waiting, name="leave-waiting"),
    path("waiting/<int:waiting>/take", appointments.take_offer, name="take-offer"),
    path("t/<str:ref>", following.ticket, name="ticket"),
    path("t/<str:ref>/part", following.ticket_part, name="ticket-part"),
    path("r/<str:ref>", rating.rate, name="rate"),
    path("sign-in", me.sign_in, name="sign-in"),
    path("sign-in/code", me.code, name="code"),
    path("sign-out", me.sign_out, name="sign-out"),
    path("me/", me.me, name="me"),
    path("me/people", me.add_person, name="add-person"),
    path("me/people/<int:person>/remove", me.remove_person, name="remove-person"),
]
