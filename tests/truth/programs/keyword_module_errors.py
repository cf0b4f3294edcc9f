# options: strip-lines
try: import no_such_module
except ModuleNotFoundError as error: print(error)
try: import ssl; print(ssl.cert_time_to_seconds("Jan  5 09:34:43 2018 GMT"))
except ImportError: print("no ssl")
