from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "banshi.rooms.library"
    label = "library"
