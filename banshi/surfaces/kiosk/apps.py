from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "banshi.surfaces.kiosk"
    label = "surface_kiosk"
