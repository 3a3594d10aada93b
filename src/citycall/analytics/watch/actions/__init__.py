"""Every change to a saved question, to who is mailed its answers, and to the rules on it."""

from typing import Final

# What is done after each refresh of the facts.
WATCH_TASK: Final = "citycall.watch_facts"
