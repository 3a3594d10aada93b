"""CityCall: one call to City Hall, the open-source system behind a city's 311."""

__version__ = "0.1.0"
