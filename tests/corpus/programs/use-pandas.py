"""Tables are read, joined, grouped and written, with times and random numbers."""
import io

import numpy
import pandas

table = pandas.read_csv(io.StringIO("day,city,n\n2026-01-01,Ulm,1\n2026-01-02,Bonn,3\n2026-01-03,Ulm,5\n"), parse_dates=["day"])
print(table.groupby("city")["n"].agg(["sum", "mean"]))
print(table.merge(pandas.DataFrame({"city": ["Ulm"], "zip": [89073]}), how="left").to_string())
times = table["day"].dt.tz_localize("Europe/Berlin").dt.tz_convert("UTC")
print(times.tolist()[0].isoformat(), table.resample("2D", on="day")["n"].sum().tolist())
print(table.to_json(orient="records", date_format="iso"), table.describe().loc["std", "n"])
print(numpy.random.default_rng(1).integers(0, 9, 3), numpy.linalg.det(numpy.eye(3)))
try:
    table["absent"]
except KeyError as error:
    print("KeyError", error)
