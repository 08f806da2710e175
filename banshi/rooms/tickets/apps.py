from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "banshi.rooms.tickets"
    label = "tickets"

    def ready(self) -> None:
        """Tell messaging whom to ask before a message goes out."""
        from banshi.rooms.messaging.actions import ask
        from banshi.rooms.tickets.queries import standing

        ask("ticket", standing.tickets)
