from django.apps import AppConfig


class FeesConfig(AppConfig):
    name = "banshi.rooms.fees"
    label = "fees"
