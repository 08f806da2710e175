from django.apps import AppConfig


class ZoneConfig(AppConfig):
    name = "banshi.surfaces.zone"
    label = "surface_zone"
