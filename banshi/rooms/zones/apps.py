from django.apps import AppConfig


class ZonesConfig(AppConfig):
    name = "banshi.rooms.zones"
    label = "zones"
