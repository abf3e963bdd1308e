"""The admission webhook: may this object's nginx configuration enter the cluster?

`nginx_grpc.admission.app.create_app` is the ASGI application, `Reviewer` of
`nginx_grpc.admission.reviewer` what it calls: other admission tooling mounts the one or calls the
other.
"""
