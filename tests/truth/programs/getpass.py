# options: source
import getpass
print(getpass.getuser() != "")
