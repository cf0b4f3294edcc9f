# options: strip
print("\N{BULLET}".encode("ascii", "namereplace"))
