from django.apps import AppConfig


class RemoteConfig(AppConfig):
    name = "banshi.rooms.remote"
    label = "remote"
