from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "banshi.rooms.exchange"
    label = "exchange"
