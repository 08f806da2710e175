from django.apps import AppConfig


class StaffFrameConfig(AppConfig):
    name = "banshi.frames.staff"
    label = "frame_staff"
