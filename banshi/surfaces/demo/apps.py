from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "banshi.surfaces.demo"
    label = "surface_demo"
