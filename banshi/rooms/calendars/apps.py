from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "banshi.rooms.calendars"
    label = "calendars"
