# options: source-lines
import io, logging.config
logging.config.fileConfig(io.StringIO("[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=f\n[logger_root]\nhandlers=h\n[handler_h]\nclass=StreamHandler\nargs=()\nformatter=f\n[formatter_f]\nformat=%(message)s\n"))
logging.warning("hello")
