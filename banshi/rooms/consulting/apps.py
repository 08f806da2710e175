from django.apps import AppConfig


class ConsultingConfig(AppConfig):
    name = "banshi.rooms.consulting"
    label = "consulting"
