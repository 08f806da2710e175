from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "banshi.surfaces.screens"
    label = "surface_screens"
