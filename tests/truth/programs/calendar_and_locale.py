# options: strip-lines
import calendar, locale
print(calendar.month(2024, 2), locale.getlocale()[0] != 1)
