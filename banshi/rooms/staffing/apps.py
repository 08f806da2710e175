from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "banshi.rooms.staffing"
    label = "staffing"
