from django.apps import AppConfig


class IssueConfig(AppConfig):
    name = "banshi.surfaces.issue"
    label = "surface_issue"
