from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "banshi.rooms.places"
    label = "places"

    def ready(self) -> None:
        from banshi.foundation.said import named
        from banshi.foundation.words import name_codes
        from banshi.rooms.places.queries import hall_named

        def hall(code: str) -> str | None:
            found = hall_named(code)
            return named(found) if found is not None else None

        name_codes("hall", hall)
        name_codes("halls", hall)
