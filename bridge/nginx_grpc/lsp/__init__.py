"""`nginx-grpc lsp`: the check while one types, over the Language Server Protocol.

What is judged is what `check` would be given, with the open files' texts in place of those on disk.

command      the command's arguments
entries      which configuration an open file is of
judging      reads and judges, in a thread, what has changed
layout       where nodes of a configuration stand in an editor's files
diagnostics  findings, and what could not be read
actions      fixes, each proven before it is made
hover        what is in effect, and where calls go
definitions  where a name leads
server       all of it as requests and answers
"""
