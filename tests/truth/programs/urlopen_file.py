# options: strip
import urllib.request
print(urllib.request.urlopen("file:///etc/hostname").status)
