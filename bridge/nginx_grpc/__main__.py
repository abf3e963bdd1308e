"""`python -m nginx_grpc` is the command `nginx-grpc`."""

import sys

from nginx_grpc.cli import main

if __name__ == "__main__":
    sys.exit(main())
