from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "banshi.rooms.booking"
    label = "booking"

    def ready(self) -> None:
        """Tell messaging whom to ask before a message goes out."""
        from banshi.rooms.booking.queries import standing
        from banshi.rooms.messaging.actions import ask, who_asked

        ask("appointment", standing.appointments)
        who_asked("appointment", standing.who_asked)
        ask("waiting", standing.waiting)
        ask("suspension", standing.suspensions)
