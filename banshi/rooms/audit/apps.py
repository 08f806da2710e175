from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "banshi.rooms.audit"
    label = "audit"
