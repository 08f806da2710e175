from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "banshi.rooms.messaging"
    label = "messaging"
