"""Time zones by the names people type."""

from zoneinfo import available_timezones

# For lists to choose from: places, without the abbreviations and offsets of the database.
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone)


def find_zone(text: str) -> str | None:
    """The zone meant by "Africa/Monrovia", "africa/monrovia" or just "Monrovia", or None."""
    typed = "_".join(text.split()).casefold()
    for zone in available_timezones():
        if zone.casefold() == typed:
            return zone
    cities = [zone for zone in ZONES if zone.rpartition("/")[2].casefold() == typed]
    return cities[0] if len(cities) == 1 else None
