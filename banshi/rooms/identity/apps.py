from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "banshi.rooms.identity"
    label = "identity"
