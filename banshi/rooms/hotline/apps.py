from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "banshi.rooms.hotline"
    label = "hotline"
