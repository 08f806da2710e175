from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "banshi.rooms.feedback"
    label = "feedback"
