"""Objects of Kubernetes: nginx texts in ConfigMaps, and what ingress-nginx makes of an Ingress."""
