# options: source
import socket
print(socket.getaddrinfo("127.0.0.1", 80)[0][4])
