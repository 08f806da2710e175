from django.apps import AppConfig


class RemoteConfig(AppConfig):
    name = "banshi.rooms.remote"
    label = "remote"

    def ready(self) -> None:
        """Tell messaging whom to ask before a message goes out."""
        from banshi.rooms.messaging.actions import ask
        from banshi.rooms.remote.queries import conditions

        ask("call", conditions.calls)
