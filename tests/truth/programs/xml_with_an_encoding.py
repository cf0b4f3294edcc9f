# options: source-lines
import xml.etree.ElementTree as ET
print(ET.fromstring('<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>'.encode("latin-1")).text)
