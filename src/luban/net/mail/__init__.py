"""Mail servers: sending and reading, held to the rules of outgoing HTTP."""

from luban.net.mail.guarded_mail import GuardedMail

__all__ = ["GuardedMail"]
