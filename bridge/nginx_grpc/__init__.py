"""Policy as code for gRPC behind nginx: text to document, document to findings to report."""

__version__ = "0.2.0"
