from django.apps import AppConfig


class SealsConfig(AppConfig):
    name = "banshi.rooms.seals"
    label = "seals"
