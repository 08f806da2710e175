from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "banshi.surfaces.api"
    label = "surface_api"
