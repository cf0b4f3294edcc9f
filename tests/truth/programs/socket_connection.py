# options: strip-lines
import socket
try: socket.create_connection(("127.0.0.1", 1), timeout=1)
except OSError as error: print(type(error).__name__)
