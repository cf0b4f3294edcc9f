# options: strip-lines
import array, struct, ipaddress, colorsys
print(array.array("i", [1]), struct.pack(">I", 1), ipaddress.ip_network("10.0.0.0/8").num_addresses, colorsys.rgb_to_hsv(1, 0, 0))
