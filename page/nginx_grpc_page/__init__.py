"""The page of nginx-grpc: `nginx-grpc.html` in this folder."""
