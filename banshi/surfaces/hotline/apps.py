from django.apps import AppConfig


class HotlineDeskConfig(AppConfig):
    name = "banshi.surfaces.hotline"
    label = "surface_hotline"
