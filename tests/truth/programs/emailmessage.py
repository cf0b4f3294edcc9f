from email.message import EmailMessage
m = EmailMessage(); m["Subject"] = "h\xe4"; m["To"] = "a@b.c"; m.set_content("b\xf6dy"); m.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="f")
print(m.as_string().count("Content-Type"), m.get_body().get_content())
