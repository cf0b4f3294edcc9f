import datetime
print(datetime.datetime.strptime("2024-02-29 10:11", "%Y-%m-%d %H:%M"))
