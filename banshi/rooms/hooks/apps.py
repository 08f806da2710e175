from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "banshi.rooms.hooks"
    label = "hooks"
