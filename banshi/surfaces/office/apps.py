from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "banshi.surfaces.office"
    label = "surface_office"
