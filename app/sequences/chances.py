"""How far shares can be trusted that were counted on few people. Pure arithmetic.

Shares lie in Wilson's interval (E. B. Wilson, 1927), the difference of two in Newcombe's (R. G. Newcombe, 1998, method
10): both hold for small numbers and for shares near nought, where the usual formula says plus or minus nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

SURE = 0.95
FEWEST = 30  # people a branch, below which nothing is said of it


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    def interval(self, sure: float = SURE) -> tuple[float, float]:
        """Between which two shares (0 to 1) the true one lies, as sure as that. Of nobody, nothing is known."""
        if not self.whole:
            return 0.0, 1.0
        z, n, p = _z(sure), self.whole, self.value
        centre = p + z * z / (2 * n)
        reach = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)


def lead(one: Share, other: Share, sure: float = SURE) -> tuple[float, float]:
    """Between which two numbers lies how much larger one true share is than the other."""
    (low, high), (other_low, other_high) = one.interval(sure), other.interval(sure)
    ahead = one.value - other.value
    down = sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2)
    up = sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2)
    return ahead - down, ahead + up


def ahead_of_all(shares: Sequence[Share], sure: float = SURE) -> int | None:
    """Which of several shares is larger than each other one, as sure as that; None where it cannot be told.

    Who looks at several pairs finds a difference by chance more often: each pair has to be surer than all together.
    """
    best = max(range(len(shares)), key=lambda at: shares[at].value, default=0)
    others = [share for at, share in enumerate(shares) if at != best]
    if not others or any(share.whole < FEWEST for share in shares):
        return None
    each = 1 - (1 - sure) / len(others)
    return best if all(lead(shares[best], other, each)[0] > 0 for other in others) else None


def _z(sure: float) -> float:
    return NormalDist().inv_cdf(1 - (1 - sure) / 2)
