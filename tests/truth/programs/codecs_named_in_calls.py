# options: source-lines
print("\u20ac".encode("cp1252"), b"\xa4".decode("iso8859-15"), str(b"\xe4", "latin1"), bytes("\xe4", "utf-16-le"), "abc".encode("idna"), "b\xfc".encode("punycode"))
