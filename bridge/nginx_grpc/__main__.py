"""`python -m nginx_grpc` is the command `nginx-grpc`."""

from nginx_grpc.cli import command

if __name__ == "__main__":
    command()
