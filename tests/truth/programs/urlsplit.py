# options: source
import urllib.parse
print(urllib.parse.urlsplit("http://ex\xe4mple.com/a?b=c#d"), urllib.parse.urlencode({"a": 1}))
