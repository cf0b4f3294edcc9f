# options: strip
import smtplib, ftplib, imaplib
for c in smtplib.SMTP, ftplib.FTP, imaplib.IMAP4:
    try: c("127.0.0.1") if c is not smtplib.SMTP else c("127.0.0.1", 1)
    except OSError as error: print(type(error).__name__)
