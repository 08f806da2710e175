"""Handling times, learned (办理时长): how long a service of a category takes, and how much of it is left.

Services are lognormal: most are short, some are long, and one that has lasted long lasts longer still.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

NORMAL = NormalDist()
Z90 = 1.2816  # 90 % of a normal distribution lie below so many deviations
CHANGEOVER_S = 40.0  # from one person's end to the next one's start: call, walk up, sit down

REMEMBERED = 400.0  # services after which an old one counts 1/e: some days of a busy category
FIRST_STEP, LAST_STEP = 0.35, 0.02  # how far one service moves a quantile, as a share of it
PRIOR_P50, PRIOR_P90 = 0.85, 1.9  # of the mean; handling times are skewed to the right


@dataclass(frozen=True)
class Handling:
    """Handling time of a category: decayed count, mean and quantiles, seconds.

    `gap_s`: from the end of one to the start of the next while people wait.
    """

    weight: float
    mean_s: float
    p50_s: float
    p90_s: float
    gap_s: float = CHANGEOVER_S

    @property
    def sigma(self) -> float:
        """Of the lognormal with these quantiles."""
        return min(math.log(max(self.p90_s / max(self.p50_s, 1.0), 1.01)) / Z90, 1.2)

    def in_parts(self, elapsed_s: float = 0.0) -> tuple[float, ...]:
        """What is left of a service under way for `elapsed_s`, in PARTS equally likely values of rising length."""
        return tuple(part * self.mean_s for part in _parts(round(self.sigma, 2), _rounded(elapsed_s / self.mean_s)))


PARTS = 40
_LEAST_LEFT = 0.002  # what is believed of the rarest services is not pushed beyond this


def _rounded(share: float) -> float:
    """Few enough values to be remembered, close enough to be right."""
    return round(share, 2) if share < 1 else round(share, 1)


@lru_cache(maxsize=8192)
def _parts(sigma: float, elapsed: float) -> tuple[float, ...]:
    """E[S − t | S > t] in equally likely parts, for a lognormal S of mean 1; the middle of each part by its quantile.

    The parts are stretched so that their mean is the true conditional mean: the last one stands for a long tail.
    """
    mu = -(sigma**2) / 2
    gone = 0.0 if elapsed <= 0 else min(NORMAL.cdf((math.log(elapsed) - mu) / sigma), 1 - _LEAST_LEFT)
    over = 1 - gone
    since = elapsed if gone < 1 - _LEAST_LEFT else math.exp(mu + sigma * NORMAL.inv_cdf(gone))
    parts = [math.exp(mu + sigma * NORMAL.inv_cdf(gone + over * (n + 0.5) / PARTS)) - since for n in range(PARTS)]
    # E[S; S > t] of a lognormal with mean 1 is Φ((μ + σ² − ln t) / σ).
    beyond = 1.0 if since <= 0 else NORMAL.cdf((mu + sigma**2 - math.log(since)) / sigma)
    true = max(beyond / over - since, 0.0)
    rest = true * PARTS - sum(parts[:-2])
    parts[-2:] = [parts[-2], max(rest - parts[-2], parts[-2])]
    return tuple(max(part, 0.0) for part in parts)


def prior(minutes: float) -> Handling:
    """What is believed of a category before anything was seen."""
    mean = max(minutes, 0.5) * 60
    return Handling(0.0, mean, mean * PRIOR_P50, mean * PRIOR_P90)


def learn(known: Handling, seconds: float, *, gap_s: float | None = None) -> Handling:
    """The handling time after one more service, older ones counting less and less.

    Quantiles move by a share of themselves, up more easily than down or the reverse, until the right part of
    services lies below (stochastic approximation); no history is read.
    """
    seen = min(max(seconds, 1.0), 4 * 3600.0)
    weight = known.weight * (1 - 1 / REMEMBERED) + 1
    # The prior counts as five services: one long first case does not make a slow category.
    mean = known.mean_s + (seen - known.mean_s) / (weight + 5)
    step = max(LAST_STEP, FIRST_STEP / math.sqrt(weight + 1))
    p50 = known.p50_s * math.exp(step * (0.5 - (seen < known.p50_s)))
    p90 = known.p90_s * math.exp(step * (0.9 - (seen < known.p90_s)))
    gap = known.gap_s if gap_s is None else known.gap_s + (min(gap_s, 600.0) - known.gap_s) / (weight + 5)
    return Handling(weight, mean, p50, max(p90, p50 * 1.05), gap)
