# options: strip
import email.utils
print(email.utils.make_msgid().startswith("<"), email.utils.parseaddr("A <a@b.c>"), email.utils.formatdate(0))
