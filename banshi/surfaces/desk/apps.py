from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "banshi.surfaces.desk"
    label = "surface_desk"
