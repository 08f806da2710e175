from django.apps import AppConfig


class HomeVisitsDeskConfig(AppConfig):
    name = "banshi.surfaces.homevisits"
    label = "surface_homevisits"
