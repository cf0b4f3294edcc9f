# options: source
import statistics
print(statistics.mean([1, 2]), statistics.NormalDist(0, 1).cdf(0), statistics.quantiles([1, 2, 3]))
