"""Marks for what nobody outside may find: each is used once, and says where it was planted."""

import re
from dataclasses import dataclass, field

_SYLLABLES = ("qua", "zor", "vex", "lun", "mib", "tra", "kel", "dof", "pyx", "gru")


@dataclass
class Plants:
    """Every planted name, e-mail address, phone number and secret, with where it was put."""

    told: dict[str, str] = field(default_factory=dict)

    def name(self, where: str) -> str:
        """A name that nobody has."""
        number = 100 + len(self.told)
        word = "".join(_SYLLABLES[int(digit)] for digit in str(number))
        return self._keep(f"Zy{word}", where)

    def email(self, where: str) -> str:
        """An address that nobody has."""
        return self._keep(f"mail{100 + len(self.told)}@planted.example", where)

    def phone(self, where: str) -> str:
        """A number of a real form; the middle is what is looked for, however it is written."""
        number = 200 + len(self.told)
        self._keep(f"667555{number:04d}", where)
        return f"667-555-{number:04d}"

    def words(self, where: str, *, named: bool = True) -> str:
        """Words with all three in them; without the name where words are public."""
        who = f"Ask {self.name(where)}. " if named else ""
        return f"{who}Call {self.phone(where)}, mail {self.email(where)}."

    def secret(self, word: str, where: str) -> str:
        """Something else that is to be found nowhere."""
        return self._keep(word, where)

    def found_in(self, text: str) -> dict[str, str]:
        """What of it is in a text, however numbers are written and letters are set."""
        folded = text.casefold()
        close = re.sub(r"(?<=\d)[\s().\-–/+]{1,3}(?=\d)", "", folded)
        return {
            mark: where
            for mark, where in self.told.items()
            if (folded if not mark.isdigit() else close).find(mark.casefold()) >= 0
        }

    def _keep(self, mark: str, where: str) -> str:
        self.told[mark] = where
        return mark
