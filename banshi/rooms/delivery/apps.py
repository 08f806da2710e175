from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "banshi.rooms.delivery"
    label = "delivery"
