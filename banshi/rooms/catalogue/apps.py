from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "banshi.rooms.catalogue"
    label = "catalogue"
