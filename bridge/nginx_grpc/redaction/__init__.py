"""Redaction: text whose verdict is the same, without a name, an address or a secret in it.

What stays is an allow-list by nginx's grammar (`vocabulary`, `grammar`); every other word becomes a
pseudonym of its kind (`pseudonyms`, `addresses`). One `Redactor` gives the same word the same
pseudonym everywhere: in texts (`texts`), in what was read of them (`configurations`), in settings
and in logs (`logs`).
"""
