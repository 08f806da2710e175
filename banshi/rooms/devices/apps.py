from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "banshi.rooms.devices"
    label = "devices"
