"""Stories that cross rooms, by subject: `hall` may tell of a `visit`, a visit of `hours`, hours of a `person`; never back."""
