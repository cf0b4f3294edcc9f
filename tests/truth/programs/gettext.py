# options: source
import gettext
print(gettext.gettext("x"))
