from django.apps import AppConfig


class SeatConfig(AppConfig):
    name = "banshi.surfaces.seat"
    label = "surface_seat"
