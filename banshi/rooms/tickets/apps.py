from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "banshi.rooms.tickets"
    label = "tickets"
