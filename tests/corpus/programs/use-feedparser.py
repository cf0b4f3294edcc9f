"""A feed in another encoding."""
import feedparser

FEED = """<?xml version="1.0" encoding="iso-8859-1"?>
<rss version="2.0"><channel><title>Caf\xe9</title><item><title>One</title><link>http://example.org/1</link>
<pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate><description>&lt;b&gt;x&lt;/b&gt;</description></item></channel></rss>""".encode("iso-8859-1")
feed = feedparser.parse(FEED)
print(feed.feed.title, feed.encoding, feed.bozo)
print([(entry.title, entry.link, entry.published_parsed[:6], entry.description) for entry in feed.entries])
