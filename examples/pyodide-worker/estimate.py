import random
import statistics
from datetime import timedelta


def estimate(runs):
    """Simulate three tasks of uncertain length."""
    rng = random.Random(1)
    hours = [sum(rng.triangular(1, 8, 3) for _ in range(3)) for _ in range(runs)]
    return [timedelta(hours=round(cut)) for cut in statistics.quantiles(hours, n=10)]


for percent, time in zip(range(10, 100, 40), estimate(10_000)[::4]):
    print(f"{percent} % of runs end within {time}")
