"""Ingress objects of ingress-nginx, read as the nginx configuration that it makes of them."""
