# options: strip-lines
import urllib.request
try: urllib.request.urlopen("http://127.0.0.1:1/")
except OSError as error: print(type(error).__name__)
