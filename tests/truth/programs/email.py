# options: source-lines
import email
m = email.message_from_string("Subject: =?utf-8?q?h=C3=A4?=\n\nbody")
print(m.as_string(), m["subject"], email.message_from_bytes(b"A: b\n\n").items())
