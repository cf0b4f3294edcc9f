# options: strip-lines
import xmlrpc.client
print(xmlrpc.client.loads(xmlrpc.client.dumps((1, "a"), "m")))
