# options: strip-lines
import logging
try: [][1]
except IndexError: logging.exception("oops")
