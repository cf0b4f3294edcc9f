# options: strip-lines
import zoneinfo
try: zoneinfo.ZoneInfo("No/Such")
except zoneinfo.ZoneInfoNotFoundError as error: print(error)
print(zoneinfo.ZoneInfo("UTC") if "UTC" in zoneinfo.available_timezones() else "none")
