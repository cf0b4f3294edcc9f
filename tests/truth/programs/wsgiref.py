# options: source-lines
import wsgiref.util, wsgiref.validate, wsgiref.simple_server
e = {}; wsgiref.util.setup_testing_defaults(e); print(e["SERVER_NAME"])
