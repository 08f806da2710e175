from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "banshi.rooms.places"
    label = "places"
