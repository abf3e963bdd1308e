"""Classes that several sources of messages tell of, each in words of its own."""
