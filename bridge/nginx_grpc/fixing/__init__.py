"""`nginx-grpc fix`: the edits that findings carry, put into the bytes of a configuration.

A finding names what it wants of nginx (`set grpc_read_timeout in this location`), never a line of
text. Here that becomes bytes, one step a module:

edits       the edits as the policy says them
spans       where the words of a text stand
quoting     words as nginx reads them, written so that it does
placing     an edit to changes of a text
homes       a text's place in the file that holds it: a file, a section of a dump, a YAML scalar
rounds      check, change, check again; what an invariant forbids is left out
invariants  what no fix may do
"""
