"""How a learning rate is written for people, and in a TOML file."""

from __future__ import annotations


def rate_text(rate: float) -> str:
    """Return a learning rate with at most three digits: ``3.2e-3``, ``0.05``, ``1``."""
    if rate == 0 or 0.01 <= abs(rate) < 1000:
        return f"{rate:.3g}"
    digits, exponent = f"{rate:.2e}".split("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"
