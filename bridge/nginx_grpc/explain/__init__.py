"""From a log's line to its cause: recognise, group, hold against the configuration, report."""
