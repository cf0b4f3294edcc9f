# options: strip
import configparser
c = configparser.ConfigParser(); c.read_string("[a]\nb=1\nc=%(b)s"); print(c["a"]["c"], c.getint("a", "b"))
