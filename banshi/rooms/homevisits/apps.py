from django.apps import AppConfig


class HomeVisitsConfig(AppConfig):
    name = "banshi.rooms.homevisits"
    label = "homevisits"
