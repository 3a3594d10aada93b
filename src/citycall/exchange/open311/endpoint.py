"""Where another body's Open311 server is, and how it wants to be spoken to."""

from dataclasses import dataclass, field

from citycall.exchange.open311.profiles import PROFILES, Profile


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server: ``url`` is the address before ``/services.json``.

    ``api_key`` is kept out of what is printed; ``seconds`` is the longest that one call may take.
    """

    url: str
    profile: Profile = PROFILES["standard"]
    jurisdiction_id: str = ""
    api_key: str = field(default="", repr=False)
    seconds: float = 30.0

    def address(self, *parts: str) -> str:
        """The whole address of a path below the endpoint, in the profile's format."""
        return "/".join([self.url.rstrip("/"), *parts]) + "." + self.profile.format.value
