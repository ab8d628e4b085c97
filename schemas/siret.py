"""SIRET and SIREN numbers: whether their key holds (INSEE: Luhn's key, and La Poste's own rule)."""

_LA_POSTE = "356000000"


def key_holds(digits: str) -> bool:
    """Luhn's key; La Poste's establishments follow a rule of their own (sum of digits, multiple of 5)."""
    if digits.startswith(_LA_POSTE) and len(digits) == 14 and sum(map(int, digits)) % 5 == 0:
        return True
    total = 0
    for position, sign in enumerate(reversed(digits)):
        double = int(sign) * (1 + position % 2)
        total += double - 9 if double > 9 else double
    return total % 10 == 0


def siret_is_valid(digits: str | None) -> bool:
    """Whether a kept SIRET (14 digits) or SIREN (9) may serve as a key."""
    return digits is not None and digits.isascii() and digits.isdecimal() and len(digits) in (9, 14) and key_holds(digits)
