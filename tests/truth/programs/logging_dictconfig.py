# options: source
import logging.config
logging.config.dictConfig({"version": 1, "handlers": {"h": {"class": "logging.handlers.MemoryHandler", "capacity": 1}}, "root": {"handlers": ["h"]}})
print(logging.getLogger().handlers[0].__class__)
