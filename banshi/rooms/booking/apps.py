from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "banshi.rooms.booking"
    label = "booking"
