from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "banshi.rooms.archive"
    label = "archive"
