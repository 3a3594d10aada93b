"""How often one address may say whether something helped, and be noted as not having found it."""

from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

# One address may be a library full of people.
OPINIONS: Final[RateLimitItem] = RateLimitItemPerHour(120)
UNANSWERED: Final[RateLimitItem] = RateLimitItemPerHour(60)
LOOKED_UP: Final[RateLimitItem] = RateLimitItemPerMinute(300)
