"""`nginx-grpc upgrade`: what another version of nginx changes for a configuration."""
