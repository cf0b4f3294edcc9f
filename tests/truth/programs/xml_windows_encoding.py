import xml.etree.ElementTree as ET
print(ET.fromstring('<?xml version="1.0" encoding="windows-1252"?><a>\x80</a>'.encode("latin-1")).text)
