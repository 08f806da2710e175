from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "banshi.surfaces.review"
    label = "surface_review"
