from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "banshi.rooms.cases"
    label = "cases"

    def ready(self) -> None:
        """Tell messaging whom to ask before a message goes out."""
        from banshi.rooms.cases.queries import standing
        from banshi.rooms.messaging.actions import ask

        ask("case", standing.cases)
