from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "banshi.surfaces.citizen"
    label = "surface_citizen"
